"""Every channel but mail: handed to Apprise, which knows some hundred services by URL. The URL is a secret.

Apprise says whether a service took the message and no more. What the service itself answered is heard on the way: almost every
plug-in speaks HTTP through `requests`.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from email.utils import parsedate_to_datetime
from functools import wraps
from typing import Any
from urllib.parse import unquote, urlsplit

import apprise
import requests

from tallylight.kernel import clock
from tallylight.notify.letter import Outcome, Receipt, Text

# Apprise logs the addresses it talks to.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)

#: RFC 9110 section 15.5: a client's fault stays one however often it is repeated, but for these.
MAY_PASS = {408, 409, 421, 423, 425, 429}
#: What services call the message they took, the likeliest first.
NAMES = ("message_id", "messageId", "msgid", "msg_id", "sid", "id", "uuid", "ts", "request")
LONGEST_WAIT_S = 3_600.0
_heard: ContextVar[list[requests.Response] | None] = ContextVar("heard", default=None)


def is_deliverable(url: str) -> bool:
    """Whether Apprise knows how to reach it."""
    return apprise.Apprise.instantiate(url, suppress_exceptions=True) is not None


def service_of(url: str) -> str:
    """The service's name, which is all of the URL that may be shown."""
    return urlsplit(url).scheme


def hand_over(url: str, content: Text, *, commit: Callable[[], None]) -> Receipt:
    """Give the message to the service and say what it answered.

    A client's fault (4xx) is permanent: a token that was revoked, a room that is gone. Everything else is temporary.
    """
    service = service_of(url)
    sender = apprise.Apprise()
    if not sender.add(url):
        return Receipt(Outcome.PERMANENT, service, reply="not an address that can be delivered to")
    commit()
    try:
        with _listening() as answers:
            taken = sender.notify(title=content.subject, body=content.text, body_format=apprise.NotifyFormat.TEXT)
    except Exception as error:  # a plugin's own fault, raised wherever it likes
        return Receipt(Outcome.UNKNOWN, service, reply=type(error).__name__)
    if not answers:
        return Receipt(Outcome.ACCEPTED, service) if taken else Receipt(Outcome.TEMPORARY, service, reply="no answer")
    last = answers[-1]
    reply = without_secrets(last.text[:2_000], url)
    if taken:
        return Receipt(Outcome.ACCEPTED, service, last.status_code, reply, provider_id(last))
    return Receipt(outcome_of(last.status_code), service, last.status_code, reply, wait_s=_wait_s(last))


def outcome_of(status: int) -> Outcome:
    """What an HTTP status of a message that was not taken means for its next attempt."""
    return Outcome.PERMANENT if 400 <= status < 500 and status not in MAY_PASS else Outcome.TEMPORARY


def provider_id(answer: requests.Response) -> str:
    """What the service calls the message, if its answer is JSON and says so, at the top or one level below."""
    try:
        found = json.loads(answer.text)
    except ValueError:
        return str(answer.headers.get("X-Message-Id", ""))
    for each in [found, *(found.values() if isinstance(found, dict) else ())]:
        inner = each[0] if isinstance(each, list) and each else each
        if isinstance(inner, dict):
            for name in NAMES:
                if isinstance(inner.get(name), str | int) and not isinstance(inner[name], bool):
                    return str(inner[name])[:200]
    return ""


def without_secrets(reply: str, url: str) -> str:
    """The service's words with every part of our URL that may be a secret struck out."""
    parts = re.split(r"[/:@?&=]+", url.partition("://")[2])
    for secret in sorted(
        {unquote(each) for each in parts if len(each) >= 6} | {e for e in parts if len(e) >= 6}, key=len
    ):
        reply = reply.replace(secret, "…")
    return reply.strip()


def _wait_s(answer: requests.Response) -> float | None:
    """Retry-After (RFC 9110 section 10.2.3): seconds, or a date."""
    said = answer.headers.get("Retry-After", "")
    try:
        wait = float(said) if said.isdigit() else (parsedate_to_datetime(said) - clock.now()).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(wait, 0.0), LONGEST_WAIT_S)


@contextmanager
def _listening() -> Iterator[list[requests.Response]]:
    """The answers to HTTP requests that this thread makes meanwhile."""
    answers: list[requests.Response] = []
    token = _heard.set(answers)
    try:
        yield answers
    finally:
        _heard.reset(token)


def _overheard(send: Callable[..., requests.Response]) -> Callable[..., requests.Response]:
    @wraps(send)
    def told(*args: Any, **kwargs: Any) -> requests.Response:
        answer = send(*args, **kwargs)
        answers = _heard.get()
        if answers is not None:
            answers.append(answer)
        return answer

    return told


# Apprise offers no hook, and its plug-ins call `requests` by its module's functions, which all end here.
requests.Session.send = _overheard(requests.Session.send)  # type: ignore[method-assign]
