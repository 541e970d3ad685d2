"""OpenSLO documents as YAML text: several in one file, plain and in order."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from tallylight.contracts.openslo.terms import API_VERSION, Doc
from tallylight.contracts.yaml_text import MAX_BYTES
from tallylight.kernel.errors import Invalid, TooLarge, gettext_noop


class NotOpenSlo(Invalid):
    code = "not-openslo"
    title = gettext_noop("This is not OpenSLO v1: %(fault)s")
    advice = gettext_noop("Send documents with apiVersion openslo/v1, separated by lines of three dashes.")


def dump(documents: Iterable[Doc]) -> str:
    """Documents as one YAML text."""
    writer = YAML()
    writer.default_flow_style = False
    writer.explicit_start = True
    text = StringIO()
    writer.dump_all(list(documents), text)
    return text.getvalue()


def load(text: str) -> list[Doc]:
    """The documents of a text. Raises NotOpenSlo, TooLarge."""
    if len(text.encode()) > MAX_BYTES:
        raise TooLarge(most=MAX_BYTES)
    try:
        found = [each for each in YAML(typ="safe", pure=True).load_all(text) if each is not None]
    except (YAMLError, ValueError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise NotOpenSlo(fault=first) from error
    if not found:
        raise NotOpenSlo(fault="the text is empty")
    for each in found:
        if not isinstance(each, dict) or each.get("apiVersion") != API_VERSION:
            raise NotOpenSlo(fault=f"a document does not say apiVersion: {API_VERSION}")
    return found
