"""What is sealed stays as it was: read back the same, changed by nobody, corrected in the open."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from tallylight.accounts import api as accounts
from tallylight.contracts import api as contracts
from tallylight.contracts.tests.samples import STARTER, changed
from tallylight.sla import api, sealing
from tallylight.sla.chain import Kind, parsed
from tallylight.sla.check import check_chain
from tallylight.sla.errors import ChainBroken
from tallylight.sla.models import Chain, SealedLink, Series
from tallylight.sla.sealing import CORRECTION_WINDOW, seal_due
from tallylight.sla.tests.conftest import DAY, MINUTE, forget_measured, measure
from tallylight.sla.tests.test_month import manager
from tallylight.sla.tests.uses import use
from tallylight.telemetry.history.client import History

pytestmark = pytest.mark.django_db

#: 10 June has ended in UTC, and its correction window with it.
MIDNIGHT = DAY.replace(hour=0) + timedelta(days=1)
SEALED = MIDNIGHT + CORRECTION_WINDOW
#: The last day on which the twenty minutes lie.
TENTH = DAY.date()


def seal(organisation: UUID, at: object = SEALED) -> int:
    forget_measured()
    return seal_due([organisation], now=at)  # type: ignore[arg-type]


def bodies(organisation: UUID) -> list[str]:
    return list(
        SealedLink.objects.filter(organisation_id=organisation).order_by("number").values_list("body", flat=True)
    )


def source(slug: str, *changes: tuple[str, str]) -> str:
    """The starter contract for another customer, from the tenth of June in Singapore on."""
    text = changed(changed(STARTER, "slug: lumen-live", f"slug: {slug}"), "2026-01-01", "2026-06-10")
    for old, new in changes:
        text = changed(text, old, new)
    return text


def customer(slug: str, *changes: tuple[str, str]) -> UUID:
    id_ = accounts.create_organisation(slug, slug.title(), accounts.OrganisationKind.CUSTOMER)
    contracts.put_in_force(id_, source(slug, *changes), None, DAY)
    return id_


@pytest.fixture
def short(lumen: UUID, history: History) -> UUID:
    """A customer whose contract begins with the tenth of June."""
    return customer("astra-voice")


def test_a_day_is_sealed_when_its_correction_window_has_passed_and_not_before(short: UUID) -> None:
    assert seal(short, SEALED - timedelta(seconds=1)) == 1  # the eight hours of the ninth, in UTC
    assert seal(short) == 1
    assert seal(short) == 0
    link = parsed(bodies(short)[-1])
    assert (link.kind, link.day, link.number) == (Kind.DAY, "2026-06-10", 2)
    latency = next(line for line in link.lines if (line.objective, line.region) == ("latency", "ap-southeast"))
    assert (latency.good, latency.bad, latency.unknown, latency.slices) == (13, 4, 1440 - 17, 1440)


def test_a_month_reads_the_same_from_what_is_sealed(short: UUID, history: History) -> None:
    before = api.month_report(short, "2026-06", SEALED)
    slices = list(api.explain_slices(short, "ap-southeast", "latency", DAY, MIDNIGHT, now=SEALED))
    seal(short)
    history.run("TRUNCATE TABLE path_minute")
    forget_measured()
    assert api.month_report(short, "2026-06", SEALED) == before
    assert list(api.explain_slices(short, "ap-southeast", "latency", DAY, MIDNIGHT, now=SEALED)) == slices
    assert [each.figure for each in slices[5:8]] == [350.0, 350.0, 350.0]


def test_a_stretch_of_a_sealed_day_reads_the_same(short: UUID) -> None:
    span = (DAY + 4.5 * MINUTE, DAY + 8.5 * MINUTE)
    before = api.credit_between(short, *span, now=SEALED)
    seal(short)
    assert api.credit_between(short, *span, now=SEALED) == before


def test_customers_share_what_was_measured_but_not_what_it_meant(short: UUID) -> None:
    strict = customer("pop-show", ("at_most: 200ms", "at_most: 50ms"))
    seal(short)
    count = Series.objects.count()
    seal(strict)
    mine, theirs = (
        next(line for line in parsed(bodies(each)[-1]).lines if line.objective == "latency") for each in (short, strict)
    )
    assert (mine.series, mine.bad, theirs.bad) == (theirs.series, 4, 17)
    assert Series.objects.count() == count


def test_a_day_under_two_versions_has_lines_for_both(short: UUID) -> None:
    tighter = source("astra-voice", ("at_most: 200ms", "at_most: 50ms"))
    contracts.put_in_force(short, tighter, None, DAY + 10 * MINUTE + timedelta(seconds=5))
    before = api.month_report(short, "2026-06", SEALED)
    seal(short)
    lines = [line for line in parsed(bodies(short)[-1]).lines if line.objective == "latency"]
    assert [(line.region, line.slices, line.bad) for line in lines if line.region == "ap-southeast"] == [
        ("ap-southeast", 16 * 60 + 11, 4),
        ("ap-southeast", 8 * 60 - 11, 6),
    ]
    assert api.month_report(short, "2026-06", SEALED) == before


def test_data_that_comes_after_the_seal_is_a_correction_in_the_open(short: UUID, history: History) -> None:
    seal(short)
    sealed, report = bodies(short), api.month_report(short, "2026-06", SEALED)
    measure(history, DAY + 12 * MINUTE, slow=True, dead=False)
    assert seal(short, SEALED + timedelta(days=1)) >= 1
    link = next(parsed(body) for body in bodies(short) if parsed(body).kind is Kind.CORRECTION)
    latency = next(line for line in link.lines if (line.objective, line.region) == ("latency", "ap-southeast"))
    assert (link.day, latency.bad, latency.unknown) == ("2026-06-10", 5, 1440 - 18)
    assert bodies(short)[: len(sealed)] == sealed
    assert seal(short, SEALED + timedelta(days=1)) == 0
    forget_measured()
    assert api.month_report(short, "2026-06", SEALED) == report
    assert check_chain(short).links == len(bodies(short))


def test_a_day_that_nothing_was_added_to_is_not_corrected(short: UUID) -> None:
    seal(short)
    seal(short, SEALED + timedelta(days=2))
    assert {parsed(body).kind for body in bodies(short)} == {Kind.DAY}
    assert Chain.objects.get(organisation_id=short).compared_to == (MIDNIGHT + timedelta(days=1)).date()


def test_a_day_is_sealed_from_its_seconds_where_the_rollup_lacks_some(short: UUID, history: History) -> None:
    history.run("TRUNCATE TABLE path_minute")
    seal(short)
    line = next(line for line in parsed(bodies(short)[-1]).lines if line.objective == "latency")
    assert (line.basis, line.bad) == ("seconds", 4)


def test_exclusions_stand_in_every_chain_they_concern_once(short: UUID) -> None:
    other = customer("pop-show")
    by, _ = manager()
    for organisation in (short, None):
        api.exclude(use(), organisation_id=organisation, by=by, now=DAY)
    seal(short)
    seal(other)
    chained = {
        who: [(each.everybody, each.kind) for body in bodies(who) for each in parsed(body).exclusions]
        for who in (short, other)
    }
    assert chained[short] == [(False, "customer-caused"), (False, "customer-caused")]
    assert chained[other] == [(False, "customer-caused")]
    latency = next(
        row
        for row in api.month_report(short, "2026-06", SEALED).segments[-1].rows
        if (row.objective.name, row.region) == ("latency", "ap-southeast")
    )
    assert (latency.counts.bad, latency.counts.excluded) == (2, 2)


def test_a_seal_that_fails_half_way_leaves_nothing_behind(short: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "rfc3339", lambda _at: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        seal(short)
    assert bodies(short) == []
    monkeypatch.undo()
    assert seal(short) == 2
    assert check_chain(short).links == 2


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["sla_sealedlink", "sla_series"])
def test_the_database_refuses_to_change_what_is_sealed(short: UUID, table: str, statement: str) -> None:
    seal(short)
    words = statement.format(table).replace("id = id", "sha256 = sha256")
    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(words)


# ruff: noqa: S608 - statements of a test
ONE_LESS = "body = replace(body, '\"slices\":1440', '\"slices\":1439')"


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        (f"UPDATE sla_sealedlink SET {ONE_LESS} WHERE number = 2", "link 2: it was changed"),
        ("UPDATE sla_sealedlink SET body = body || ' ' WHERE number = 1", "link 1: it is not in canonical form"),
        (
            f"UPDATE sla_sealedlink SET {ONE_LESS}, sha256 = encode(sha256(convert_to({ONE_LESS[7:]}, 'UTF8')), 'hex') "
            "WHERE number = 2",
            "link 3: it does not follow",
        ),
        (
            "UPDATE sla_sealedlink SET verdicts = (SELECT verdicts FROM sla_sealedlink WHERE number = 1) WHERE number = 2",
            "link 2: the verdicts of 2026-06-10 were changed",
        ),
        (
            'UPDATE sla_series SET "table" = (SELECT "table" FROM sla_series LIMIT 1)',
            "link [12]: what was measured for",
        ),
        ("DELETE FROM sla_sealedlink WHERE number = 2", "link 2: it calls itself number 3"),
        ("DELETE FROM sla_sealedlink WHERE number = 3", "link 2: the chain ended with link 3"),
    ],
)
def test_whoever_gets_past_the_database_is_found_out(short: UUID, tampering: str, named: str) -> None:
    seal(short, SEALED + timedelta(days=1))
    assert check_chain(short).links == 3
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("sla_sealedlink", "sla_series"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER sealed")
        cursor.execute(tampering)
    with pytest.raises(ChainBroken, match=named):
        check_chain(short)
