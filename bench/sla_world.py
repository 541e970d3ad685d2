"""A provider with many customers: contracts, measured minutes, and days that were sealed as they are sealed in daily work."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

MONTH, ZONE = "2026-09", "Asia/Singapore"
REGIONS = ("ap-southeast", "eu-central", "me-central", "us-east")
#: All of September has ended in Singapore, is sealed, and can still be measured.
NOW = datetime(2026, 10, 5, tzinfo=UTC)
FIRST, LAST = datetime(2026, 8, 31, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
#: In each currency: the monthly fee, the fee of an engineer for an event, the least credit.
FEES = (
    ("2400.00 USD", "480.00 USD", "10.00 USD"),
    ("15000.00 CNY", "3000.00 CNY", "60.00 CNY"),
    ("990000 JPY", "72000 JPY", "1500 JPY"),
    ("1850.00 EUR", "440.00 EUR", "9.00 EUR"),
)

TAIL = """
  - name: latency-tail
    service: live-acceleration
    metric: latency
    statistic: p95
    at_most: {tail}ms
    target: 99.5%
    min_samples: 60
    unknown: bad
"""


def set_up() -> None:
    """Django, in this process."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallylight.config.settings")
    django.setup()


def measure_minutes() -> None:
    """Two nodes in each region that probe each other all month; one minute in 120 is slow, one in 900 lossy, some are missing."""
    from tallylight.fleet import api as fleet
    from tallylight.telemetry.history.client import shared
    from tallylight.telemetry.history.schema import QUANTILES, migrate

    migrate(shared())
    for i, region in enumerate(REGIONS):
        fleet.add_region(region, en=region, zh=region)
        for node in (f"{region}-a", f"{region}-b"):
            token = fleet.grant_enrolment(node, region, now=FIRST)
            fleet.enrol(token, node, host="127.0.0.1", stamp_port=9, viewer_port=9, now=FIRST)
        minutes = (LAST - FIRST) // timedelta(minutes=1)
        shared().run(
            f"""INSERT INTO path_minute
            WITH cityHash64(number, {i}) AS dice, dice % 120 = 0 AS slow, dice % 900 = 7 AS lossy,
                arrayMap(x -> toUInt32(80000 + cityHash64(dice, x) % 60000 + slow * (60000 + dice % 200000)), range(40)) AS rtts
            SELECT toDateTime({int(FIRST.timestamp())}, 'UTC') + 60 * number AS minute, '{region}-a', '{region}-b', '{region}',
                60, 600, 600 - 30 * lossy, 30 * lossy, 0, 0, 0, 0, 0, 0, 0, 40, arraySum(rtts),
                arrayReduce('quantilesTDigestArrayState({QUANTILES})', [rtts])
            FROM numbers({minutes}) WHERE dice % 3000 != 11"""  # noqa: S608 - numbers and names of ours
        )


def contract(i: int) -> str:
    """The starter contract for customer `i`: four objectives in four regions, with a number, a fee and bounds of its own."""
    source = Path("examples/contracts/starter.yaml").read_text()
    monthly, experts, least = FEES[i % len(FEES)]
    changes = {
        "LL-2026-001": f"B-{i:04d}",
        "slug: lumen-live": f"slug: c-{i:04d}",
        "effective: 2026-01-01": "effective: 2026-09-01",
        "regions: [ap-southeast, us-east]": f"regions: [{', '.join(REGIONS)}]",
        "at_most: 200ms": f"at_most: {150 + i % 100}ms",
        "monthly: 2400.00 USD": f"monthly: {monthly}",
        "fee: 480.00 USD": f"fee: {experts}",
        "minimum: 10.00 USD": f"minimum: {least}",
        "\n# When a node is in trouble.": TAIL.format(tail=200 + i % 90) + "\n# When a node is in trouble.",
    }
    for old, new in changes.items():
        if old not in source:
            raise ValueError(f"the starter contract says {old!r} no more")
        source = source.replace(old, new, 1)
    return source[: source.index("\n  usage:")] + "\n"  # one fee, since the currencies differ, and no optional part


def take_on(count: int) -> list[UUID]:
    """`count` customers with a contract in force."""
    from tallylight.accounts import api as accounts
    from tallylight.contracts import api as contracts

    found = []
    for i in range(count):
        id_ = accounts.create_organisation(f"c-{i:04d}", f"Customer {i}", accounts.OrganisationKind.CUSTOMER)
        contracts.put_in_force(id_, contract(i), None, FIRST)
        found.append(id_)
    return found


def seal(customers: list[UUID]) -> int:
    """Seal every due day of `customers`; links made."""
    from tallylight.sla.sealing import seal_due

    return seal_due(customers, now=NOW)


def copy_sealed(originals: list[UUID], others: list[UUID]) -> None:
    """Give the other customers the sealed days of the originals, in turn, as rows of their own."""
    from django.db import connection

    chain = "links, head, sealed_to, compared_to"
    link = "number, sha256, kind, day, body, verdicts, sealed_at"
    with connection.cursor() as cursor:
        for i, other in enumerate(others):
            facts = [other, originals[i % len(originals)]]
            cursor.execute(
                f"INSERT INTO sla_chain (organisation_id, {chain}) SELECT %s, {chain} FROM sla_chain "  # noqa: S608
                "WHERE organisation_id = %s",
                facts,
            )
            cursor.execute(
                f"INSERT INTO sla_sealedlink (id, organisation_id, {link}) SELECT gen_random_uuid(), %s, {link} "  # noqa: S608
                "FROM sla_sealedlink WHERE organisation_id = %s",
                facts,
            )
        cursor.execute("ANALYZE sla_sealedlink")
