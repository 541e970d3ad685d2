"""Whatever a contract says, the product and the program that customers run come to the same: to the cent and in every count."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, settings
from hypothesis import strategies as st

from tallylight.contracts.api import Level, Promised
from tallylight.contracts.reading import read
from tallylight.contracts.tests.samples import EXAMPLES, STARTER
from tallylight.sla.chain import Exempted
from tallylight.sla.columns import exact
from tallylight.sla.earned import Miss
from tallylight.sla.evidence import verify_tallylight_evidence as verifier
from tallylight.sla.report import month_bounds
from tallylight.sla.tests.bundles import DAY, MINUTE, Month, leaves, set_leaf

BASE = read(STARTER).document
REGIONS, SERVICES = ["ap-southeast", "us-east"], ["live-acceleration", "voice-rooms"]
#: Bounds that slices are thought up around.
BOUNDS = {
    "availability": ["95%", "99.9%"],
    "loss": ["2%"],
    "errors": ["5%", "0.05%"],
    "freeze": ["1%"],
    "latency": ["50ms"],
    "jitter": ["30ms"],
    "first-frame": ["60ms"],
}
ZONES = ["UTC", "Asia/Singapore", "Asia/Kolkata", "Europe/Berlin", "America/Los_Angeles"]

per_cent = st.decimals(0, 100, places=2).map(lambda number: f"{number}%")
high = st.sampled_from(["100%", "99.9%", "99%", "90%", "60%", "30%"])
amounts = st.integers(0, 10**9).map(lambda minor: f"{minor // 100}.{minor % 100:02d} USD")


def by_size(tiers: list[tuple[str, str]]) -> list[dict[str, str]]:
    tiers.sort(key=lambda tier: -float(tier[0][:-1]))
    return [{"below": below, "credit": credit} for below, credit in tiers]


tiers = st.lists(st.tuples(high | per_cent, per_cent), max_size=4).map(by_size)


@st.composite
def objectives(draw: st.DrawFn) -> dict[str, Any]:
    metric = draw(st.sampled_from(sorted(BOUNDS)))
    in_per_cent = BOUNDS[metric][0].endswith("%")
    must = {
        "name": st.sampled_from(["one", "two", "three"]),
        "service": st.sampled_from(SERVICES),
        "metric": st.just(metric),
        "at_least" if metric == "availability" else "at_most": st.sampled_from(BOUNDS[metric]),
        "slice": st.sampled_from(["30m", "1h", "3h"]),
        "target": high,
        "min_samples": st.integers(1, 60),
        "unknown": st.sampled_from(["good", "bad", "excluded"]),
    }
    may = {
        "regions": st.lists(st.sampled_from(REGIONS), min_size=1, unique=True),
        "attain": st.sampled_from(["slices", "affected", *(["mean"] if in_per_cent else [])]),
        "at_least_for": st.sampled_from(["0m", "30m", "100m", "2h", "6h"]),
        "tiers": tiers,
        "source": st.just("reported"),
        "statistic": st.sampled_from(["mean", "p95"]),
    }
    return draw(st.fixed_dictionaries(must, optional=may))


misses = st.lists(
    st.fixed_dictionaries(
        {
            "level": st.sampled_from(list(verifier.LEVELS)),
            "clock": st.sampled_from(list(verifier.CLOCKS)),
            "credit": st.sampled_from(["0.5%", "2%", "5%", "30%"]),
            "most": st.sampled_from(["1%", "5%", "12.5%", "100%"]),
        }
    ),
    max_size=6,
    unique_by=lambda each: (each["level"], each["clock"]),
)
credit = st.fixed_dictionaries(
    {
        "combine": st.sampled_from(["worst", "sum"]),
        "cap": st.sampled_from(["100%", "50%"]) | per_cent,
        "claim": st.sampled_from(["automatic", "on-request"]),
    },
    optional={
        "tiers": tiers,
        "base": st.sampled_from(["monthly-fees", "service-fees"]),
        "outage": st.sampled_from([{}, {"multiple": "1x"}, {"multiple": "2.5x"}, {"multiple": "30x"}]),
        "misses": misses,
        "rounding": st.sampled_from(["half-even", "half-up", "down", "up"]),
        "minimum": st.sampled_from(["0.00 USD", "5.00 USD", "100000.00 USD"]),
        "claim_days": st.integers(1, 60),
        "pays": st.sampled_from(["credit", "refund"]),
    },
)
fees = st.fixed_dictionaries(
    {"monthly": amounts},
    optional={
        "recurring": st.lists(
            st.fixed_dictionaries(
                {"name": st.just("More"), "amount": amounts}, optional={"service": st.sampled_from(SERVICES)}
            ),
            max_size=3,
        ),
        "due_days": st.just(10),
    },
)
exclusions = st.lists(
    st.sampled_from(
        [
            {"kind": "overload", "load_multiple": "1.25x"},
            {"kind": "maintenance", "notice": "5d", "most_a_month": "2h"},
            {"kind": "customer-caused", "approver": "manager"},
        ]
    ),
    unique_by=lambda each: each["kind"],
    max_size=3,
)
documents = st.builds(
    lambda several, **parts: {**deepcopy(BASE), "objectives": several, **parts},
    st.lists(objectives(), min_size=1, max_size=3, unique_by=lambda each: each["name"]),
    credit=credit,
    fees=fees,
    exclusions=exclusions,
)


@st.composite
def months(draw: st.DrawFn) -> Month:
    zone = draw(st.sampled_from(ZONES))
    name = draw(st.sampled_from(["2026-02", "2026-03", "2026-10"]))
    start, end = month_bounds(name, zone)
    whole = draw(st.booleans())
    until = end if whole else start.replace(hour=0) + draw(st.integers(2, 9)) * DAY
    inside = st.integers(60, int((end - start) / timedelta(seconds=1)) - 60)
    cuts = sorted(draw(st.lists(inside, max_size=2, unique_by=lambda each: each // 86_400)))
    broken = st.builds(
        lambda level, clock, at, case: Miss(level, clock, start + at * MINUTE, f"C-{case}"),
        st.sampled_from(Level),
        st.sampled_from(Promised),
        st.integers(0, (end - start) // MINUTE - 1),
        st.integers(1, 3),
    )
    told = draw(st.lists(broken, max_size=12, unique_by=lambda each: (each.case, each.clock, each.at)))
    spans = draw(
        st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 3_000), st.sampled_from(["", *REGIONS])), max_size=2)
    )
    out = [
        exempted(n, start + at * MINUTE, start + (at + lasts) * MINUTE, region)
        for n, (at, lasts, region) in enumerate(spans)
    ]
    return Month(
        name=name,
        timezone=zone,
        documents=tuple(draw(documents) for _ in range(len(cuts) + 1)),
        cuts=tuple(start + timedelta(seconds=each) for each in cuts),
        until=until,
        seed=draw(st.integers(0, 10**6)),
        misses=tuple(sorted(told, key=lambda each: (each.at, each.case))),
        exclusions=tuple(each for each in out if datetime.fromisoformat(each.starts_at) < until),
        signed=draw(st.booleans()),
    )


def exempted(n: int, start: datetime, end: datetime, region: str = "") -> Exempted:
    return Exempted(str(n), False, region, exact(start), exact(end), "works", "p", exact(start - DAY))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evidence") / "month.zip"


#: Months are too large to shrink in good time; the seed that is printed brings one back.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(max_examples=50, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(month=months(), choice=st.integers(0, 10**6))
def test_both_come_to_the_same_and_no_figure_can_be_changed(path: Path, month: Month, choice: int) -> None:
    files = month.files()
    path.write_bytes(month.pack(files))
    found = verifier.verify(str(path))
    assert found["credits"] == {each.currency: each.minor for each in month.report().credits}
    event(f"credit: {any(found['credits'].values())}")
    event(f"state: {found['settlements'][0]['state']}")
    told = json.loads(files["computation.json"])
    places = list(leaves(told))
    where, old = places[choice % len(places)]
    assume(where[-1] not in ("number",))
    changed = files | {"computation.json": set_leaf(told, where, another(old))}
    path.write_bytes(month.pack(changed))
    with pytest.raises((verifier.Mismatch, verifier.NotEvidence)):
        raise AssertionError(f"{where} may be anything: {verifier.verify(str(path))}")


def another(old: Any) -> Any:
    """Something else of the same kind."""
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return old + 1
    return f"1{old}" if old[:1].isdigit() else f"{old}-"


FILES = sorted(EXAMPLES.rglob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_contract_that_ships_can_be_verified(path: Path, file: Path) -> None:
    document = read(file.read_text(encoding="utf-8")).document
    start, _ = month_bounds("2026-02", document["timezone"])
    until = start.replace(hour=0, minute=0) + 2 * DAY
    broken = tuple(Miss(Level.FAULT, clock, start + 9 * MINUTE, "C-1") for clock in Promised)
    out = (exempted(1, start + 30 * MINUTE, start + 60 * MINUTE),)
    month = Month("2026-02", document["timezone"], (document,), (), until, 3, broken, out)
    path.write_bytes(month.pack())
    found = verifier.verify(str(path))
    assert found["credits"] == {each.currency: each.minor for each in month.report().credits}
    assert found["broken_promises"] == len(Promised)


#: Rules of a later version, each with the words that the program has to say about it.
LATER: dict[str, tuple[Callable[[Any], object], str]] = {
    "a part": (lambda doc: doc.update(penalties=[]), "does not know the rules penalties"),
    "a rule of an objective": (lambda doc: doc["objectives"][0].update(weight=2), "objective one.* the rules weight"),
    "a metric": (lambda doc: doc["objectives"][0].update(metric="delight"), "does not know metric 'delight'"),
    "a way to attain": (lambda doc: doc["objectives"][0].update(attain="median"), "does not know attain 'median'"),
    "a source": (lambda doc: doc["objectives"][0].update(source="guesses"), "does not know source 'guesses'"),
    "an exclusion": (lambda doc: doc.update(exclusions=[{"kind": "eclipse"}]), "does not know kind 'eclipse'"),
    "a rule of credits": (lambda doc: doc["credit"].update(floor="1%"), "credit.* the rules floor"),
    "a rounding": (lambda doc: doc["credit"].update(rounding="away"), "does not know rounding 'away'"),
    "a base": (lambda doc: doc["credit"].update(base="yearly-fees"), "does not know base 'yearly-fees'"),
    "an outage rule": (lambda doc: doc["credit"].update(outage={"from": "5m"}), "outage.* the rules from"),
    "a kind of claim": (lambda doc: doc["credit"].update(claim="in-person"), "does not know claim 'in-person'"),
    "a clock": (
        lambda doc: doc["credit"].update(misses=[{"level": "fault", "clock": "call", "credit": "1%", "most": "1%"}]),
        "does not know clock 'call'",
    ),
    "a fee": (lambda doc: doc["fees"].update(yearly="1.00 USD"), "fees.* the rules yearly"),
    "a format": (lambda doc: doc.update(schema="tallylight-contract-v2"), "does not know schema"),
}


@pytest.mark.parametrize("rule", LATER)
def test_a_rule_that_is_not_known_is_named_and_nothing_is_verified(rule: str) -> None:
    change, named = LATER[rule]
    document = deepcopy(SMALL)
    change(document)
    with pytest.raises(verifier.NotEvidence, match=named):
        verifier.contract_of(document, "contracts/1.json")


SMALL: dict[str, Any] = {
    **deepcopy(BASE),
    "objectives": [
        {
            "name": "one",
            "service": SERVICES[0],
            "regions": REGIONS[:1],
            "metric": "availability",
            "at_least": "95%",
            "slice": "1h",
            "target": "100%",
            "min_samples": 10,
            "unknown": "bad",
        }
    ],
    "exclusions": [{"kind": "overload", "load_multiple": "1.25x"}],
    "credit": {
        "tiers": [{"below": "100%", "credit": "10%"}],
        "outage": {},
        "misses": [{"level": "fault", "clock": "response", "credit": "2%", "most": "3%"}],
        "combine": "sum",
        "cap": "40%",
        "claim": "on-request",
        "claim_days": 30,
        "minimum": "5.00 USD",
    },
    "fees": {"monthly": "2400.00 USD"},
}
START, END = month_bounds("2026-02", "Asia/Singapore")


def small(**more: Any) -> Month:
    """A whole month in which something happens under every rule."""
    broken = tuple(Miss(Level.FAULT, Promised.RESPONSE, START + n * DAY, f"C-{n}") for n in range(2))
    return Month("2026-02", "Asia/Singapore", (SMALL,), (), END, 5, broken, **more)


def told(change: Callable[[Any], object], name: str) -> Callable[[dict[str, bytes]], None]:
    def changed(files: dict[str, bytes]) -> None:
        value = json.loads(files[name])
        change(value)
        files[name] = json.dumps(value).encode()

    return changed


def signatures(change: Callable[[Any], object]) -> Callable[[dict[str, bytes]], None]:
    return told(lambda value: change(value[0]["signatures"]), "signatures.json")


TAMPERINGS: dict[str, tuple[Callable[[dict[str, bytes]], object], str]] = {
    "another hash signed": (signatures(lambda hands: hands[0].update(sha256="0" * 64)), "N signed another hash, 000"),
    "one side only": (signatures(lambda hands: hands.pop()), "signed by provider, not by both sides"),
    "the same side twice": (signatures(lambda hands: hands[1].update(side="provider")), "not by both sides"),
    "one person for both": (
        signatures(lambda hands: hands[1].update(person=hands[0]["person"])),
        "one person signed for both sides",
    ),
    "no name": (signatures(lambda hands: hands[1].update(name="")), "somebody signed without a name"),
    "signed later": (
        signatures(lambda hands: hands[1].update(signed_at="2026-02-02T00:00:00Z")),
        "not accepted when the second side signed",
    ),
    "applied before": (
        told(lambda value: value[0].update(effective_from="2026-01-01T00:00:00Z"), "signatures.json"),
        "applies from before it was signed",
    ),
    "nobody": (told(lambda value: value.clear(), "signatures.json"), "nothing is said of who accepted contract"),
    "no signatures": (lambda files: files.pop("signatures.json"), "signatures.json: it is missing"),
    "no promises": (lambda files: files.pop("promises.json"), "promises.json: it is missing"),
    "a promise less": (told(lambda value: value.pop(), "promises.json"), "1 promises were broken in its time, not 2"),
    "a promise twice": (
        told(lambda value: value.append(value[0]), "promises.json"),
        "a broken promise is there twice",
    ),
    "a promise of another month": (
        told(lambda value: value[0].update(due_at="2026-01-01T00:00:00Z"), "promises.json"),
        "lies outside what is told of the month",
    ),
    "another level": (told(lambda value: value[0].update(level="basic"), "promises.json"), "minor units of USD"),
    "the end of the claim": (
        told(lambda value: value["settlements"][0].update(until="2026-04-30T16:00:00Z"), "computation.json"),
        "settlements: until is 2026-03-30T16:00:00Z, not 2026-04-30T16:00:00Z",
    ),
    "what is owed": (
        told(lambda value: value["settlements"][0].update(owed=0), "computation.json"),
        "settlements: owed is",
    ),
    "a limit of load": (
        told(lambda value: value["segments"][0]["rows"][0].update(load_limit="1"), "computation.json"),
        "load_limit is .*, not 1",
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_facts_beside_the_slices_can_not_be_changed_either(path: Path, tampering: str) -> None:
    change, named = TAMPERINGS[tampering]
    month = small()
    files = month.files()
    path.write_bytes(month.pack(files))
    assert verifier.verify(str(path))["settlements"][0]["state"] == "claimable"
    change(files)
    path.write_bytes(month.pack(files))
    with pytest.raises(verifier.Mismatch, match=named):
        verifier.verify(str(path))


def test_two_contracts_may_not_share_a_day(path: Path) -> None:
    month = small()
    files = month.files()
    computation = json.loads(files["computation.json"])
    computation["segments"] *= 2
    files["computation.json"] = json.dumps(computation).encode()
    path.write_bytes(month.pack(files))
    with pytest.raises(verifier.Mismatch, match="it overlaps another"):
        verifier.verify(str(path))


def test_a_contract_on_paper_is_said_to_be_one(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_bytes(small(signed=False).pack())
    assert verifier.main([str(path)]) == 0
    said = capsys.readouterr().out
    assert "1 contract versions were accepted on paper" in said
    assert "2 broken support promises are told by the provider" in said
    assert "To be claimed before 2026-03-30T16:00:00Z." in said


def test_a_machine_without_zones_says_what_it_believed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(small().pack())
    monkeypatch.setattr(verifier, "zone_of", lambda _: None)
    (unchecked,) = verifier.verify(str(path))["unchecked"]
    assert "does not know the zone Asia/Singapore" in unchecked
