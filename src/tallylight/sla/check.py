"""Checking what is sealed: does every link follow the one before it, and is what it names still what it was?"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import zstandard

from tallylight.sla import chain
from tallylight.sla.chain import GENESIS, Broken
from tallylight.sla.errors import ChainBroken
from tallylight.sla.models import Chain, SealedLink, Series


@dataclass(frozen=True, slots=True)
class Checked:
    """A chain that holds: how many links, and the hash of the last."""

    links: int
    head: str


def check_chain(organisation_id: UUID) -> Checked:
    """Walk an organisation's chain from its first link, with all verdicts and series it names.

    Raises ChainBroken with the first thing that does not match.
    """
    expected = Chain.objects.filter(organisation_id=organisation_id).first()
    number, head = 0, GENESIS
    try:
        for row in SealedLink.objects.filter(organisation_id=organisation_id).order_by("number").iterator():
            number, head = chain.follow([row.body], number=number + 1, after=head)
            if head != row.sha256:
                raise Broken(number, "it was changed")
            _expect_columns(row)
        if expected and (number, head) != (expected.links, expected.head):
            raise Broken(number, f"the chain ended with link {expected.links}, which was another one")
    except Broken as broken:
        raise ChainBroken(link=broken.number, reason=broken.reason) from broken
    return Checked(number, head)


def _expect_columns(row: SealedLink) -> None:
    link = chain.parsed(row.body)
    text = zstandard.decompress(row.verdicts)
    if (chain.sha256(text) if link.lines else "") != link.verdicts:
        raise Broken(row.number, f"the verdicts of {link.day} were changed")
    tables = Series.objects.in_bulk({line.series for line in link.lines})
    for line in link.lines:
        table = tables.get(line.series)
        if table is None or chain.sha256(zstandard.decompress(table.table)) != line.series:
            raise Broken(
                row.number, f"what was measured for {line.objective} in {line.region} on {link.day} was changed"
            )
