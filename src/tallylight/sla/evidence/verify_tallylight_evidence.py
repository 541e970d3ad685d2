#!/usr/bin/env python3
"""Recompute a Tallylight evidence file, offline, with nothing but Python's standard library (3.10 or newer).

    python3 verify_tallylight_evidence.py FILE [--key HEX] [--json]

It checks the signature, every hash, the chain of sealed days, the contract's own hash and who signed it; then it judges every
slice anew from what was measured, takes out what was excluded, counts, and works out the credit to the cent and what becomes of
it. It names the first thing that does not match and ends with 1; with 0 when everything does; with 2 when the file can't be read
as evidence, or when its contract has a rule that this program does not know, which it names.

The rules below are written a second time on purpose: this program shares no code with the one that made the file, so that a fault
in either shows. With --key only a file signed by that public key passes; get the key from where you trust it, not from the file.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from itertools import groupby
from typing import Any, NamedTuple

FORMAT = "tallylight-evidence-v1"
LINK = "tallylight-link-v1"
SECOND = timedelta(seconds=1)
Json = dict[str, Any]


class Mismatch(Exception):
    """The first thing that does not match: where it is, and what is wrong with it."""

    def __init__(self, where: str, what: str) -> None:
        self.where, self.what = where, what
        super().__init__(f"{where}: {what}")


class NotEvidence(Exception):
    """The file can't be read as evidence at all."""


def expect(holds: bool, where: str, what: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise Mismatch(where, what)


# ---------------------------------------------------------------- the file


class Evidence:
    """The parts of the file, and the manifest that names them."""

    def __init__(self, path: str) -> None:
        try:
            with zipfile.ZipFile(path) as archive:
                self.names = archive.namelist()
                self.parts = {name: archive.read(name) for name in self.names}
            self.manifest: Json = json.loads(self.parts["manifest.json"])
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as fault:
            raise NotEvidence(f"{path} is not an evidence file: {fault}") from fault
        if self.manifest.get("schema") != FORMAT:
            raise NotEvidence(f"{path} is {self.manifest.get('schema')!r}; this program reads {FORMAT!r}")

    def text(self, name: str) -> str:
        expect(name in self.parts, name, "it is missing")
        return self.parts[name].decode("utf-8")

    def json(self, name: str) -> Any:
        return json.loads(self.text(name))


def check_signature(evidence: Evidence, key: str | None) -> None:
    named = evidence.manifest["key"]["public"]
    expect(key in (None, named), "manifest.json", f"it is signed with key {named}, not with the key you trust, {key}")
    signature = base64.b64decode(evidence.text("manifest.sig"))
    genuine = ed25519_verify(bytes.fromhex(named), evidence.parts["manifest.json"], signature)
    expect(genuine, "manifest.sig", "the signature is not one of manifest.json by the key it names")


def check_files(evidence: Evidence) -> None:
    listed = evidence.manifest["files"]
    for name in evidence.names:
        expect(name in listed or name.startswith("manifest."), name, "it is not in the manifest")
    expect(len(set(evidence.names)) == len(evidence.names), "manifest.json", "a file is there twice")
    for name, sha256 in listed.items():
        expect(name in evidence.parts, name, "it is missing")
        expect(digest(evidence.parts[name]) == sha256, name, "it was changed: its SHA-256 is not that of the manifest")


def digest(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


def canonical(value: Any) -> bytes:
    """RFC 8785 for what contracts and links hold: text, whole numbers, true, false, lists, and objects with ASCII keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


# ---------------------------------------------------------------- the chain of sealed days


def check_chain(evidence: Evidence) -> list[Json]:
    """The links, after following them from the first to the head that was signed."""
    facts, links = evidence.manifest["chain"], []
    number, after = facts["first"], facts["after"]
    for body in evidence.text("chain.jsonl").splitlines():
        where, link = f"chain.jsonl, link {number}", json.loads(body)
        expect(canonical(link) == body.encode("utf-8"), where, "it is not in canonical form")
        expect(link["schema"] == LINK, where, f"it is of a form this program does not know: {link['schema']}")
        expect(link["number"] == number, where, f"it calls itself number {link['number']}")
        expect(link["after"] == after, where, "it does not follow the link before it, which is missing or was changed")
        expect(link["organisation"] == evidence.manifest["organisation"]["id"], where, "it is another organisation's")
        links.append(link)
        number, after = number + 1, digest(body.encode("utf-8"))
    expect(
        (number - 1, after) == (facts["last"], facts["head"]), "chain.jsonl", "it does not end where the manifest says"
    )
    return links


class Stretch(NamedTuple):
    """A line of a sealed day with its columns: what was measured, and the letters it was judged by."""

    line: Json
    rows: list[list[str]]
    letters: str


def read_days(evidence: Evidence, links: Sequence[Json]) -> list[Stretch]:
    """The sealed days of the month, each with the verdicts and series that its link names by hash."""
    tables: dict[str, list[list[str]]] = {}
    found, seen = [], set()
    start, end = instant(evidence.manifest["start"]), instant(evidence.manifest["until"])
    for link in links:
        if not link["day"] or not start - timedelta(days=1) < midnight(link["day"]) < end:
            continue
        if link["kind"] == "correction":
            check_correction(evidence, link)
            continue
        expect(link["day"] not in seen, f"chain.jsonl, link {link['number']}", f"{link['day']} is sealed twice")
        seen.add(link["day"])
        name = f"verdicts/{link['day']}.txt"
        expect(digest(evidence.text(name).encode()) == link["verdicts"], name, "it is not the one that was sealed")
        texts = evidence.text(name).split("\n")
        expect(len(texts) == len(link["lines"]) + 1, name, "it has another number of lines than the link")
        for line, letters in zip(link["lines"], texts, strict=False):  # after the last line end there is nothing
            found.append(Stretch(line, series(evidence, line, tables), letters))
            check_counts(found[-1], name)
            check_day(line, link["day"], name)
    return found


def check_day(line: Json, day: str, name: str) -> None:
    """A day holds the slices that begin in it, and they begin at multiples of their length."""
    first, begins, length = midnight(day), instant(line["first"]), line["slice_s"] * SECOND
    inside = first <= begins and begins + (line["slices"] - 1) * length < first + timedelta(days=1)
    expect(
        inside and not (begins - first) % length,
        f"{name}, {line['objective']} in {line['region']}",
        f"slices from {line['first']} on are none of that day's",
    )


def check_correction(evidence: Evidence, link: Json) -> None:
    """What came too late changes nothing that was sealed; it has to be what the chain says it is."""
    name = f"verdicts/{link['day']}-correction-{link['number']}.txt"
    expect(digest(evidence.text(name).encode()) == link["verdicts"], name, "it is not the one that was chained")
    for line in link["lines"]:
        series(evidence, line, {})


def check_counts(stretch: Stretch, name: str) -> None:
    line, letters = stretch.line, stretch.letters
    counts = [letters.count(letter) for letter in "gbux"]
    sealed = [line[word] for word in ("good", "bad", "unknown", "excluded")]
    expect(
        counts == sealed and len(letters) == line["slices"] == len(stretch.rows),
        f"{name}, {line['objective']} in {line['region']}",
        "its letters are not those that the link counts",
    )


def series(evidence: Evidence, line: Json, tables: dict[str, list[list[str]]]) -> list[list[str]]:
    """The rows of what was measured, which begin where the line does and follow each other slice by slice."""
    name = f"series/{line['series']}.csv"
    if name not in tables:
        expect(digest(evidence.text(name).encode()) == line["series"], name, "it is not the one that was sealed")
        tables[name] = list(csv.reader(io.StringIO(evidence.text(name))))[1:]
        first, length = instant(line["first"]), line["slice_s"] * SECOND
        for i, row in enumerate(tables[name]):
            if row[0] != rfc3339(first + i * length):
                raise Mismatch(name, f"row {i + 1} is of {row[0]}, not of {rfc3339(first + i * length)}")
    rows = tables[name]
    expect(rows[0][0] == line["first"], name, f"it begins at {rows[0][0]}, not at {line['first']}")
    return rows


# ---------------------------------------------------------------- the contract


class Objective(NamedTuple):
    name: str
    service: str
    regions: tuple[str, ...]
    metric: str
    bound: float
    target: Fraction
    min_samples: int
    unknown: str
    slice_s: int
    attain: str
    in_a_row: int
    tiers: Tiers

    @property
    def lower_is_worse(self) -> bool:
        return self.metric == "availability"


class Contract(NamedTuple):
    """What decides an amount. Fees are minor units; `multiple` is that of the mean load above which slices are taken out."""

    objectives: tuple[Objective, ...]
    multiple: Fraction | None
    tiers: Tiers
    cap: Fraction
    combine: str
    outage: Fraction | None
    misses: dict[tuple[str, str], tuple[Fraction, Fraction]]
    base: str
    fee: int
    service_fees: dict[str, int]
    currency: str
    rounding: str
    minimum: tuple[int, str] | None
    automatic: bool
    claim_days: int | None
    pays: str


Tiers = tuple[tuple[Fraction, Fraction], ...]

#: What this program can work out. A contract that says more is not passed over in silence.
PARTS = {
    *(
        "schema",
        "number",
        "title",
        "parties",
        "term",
        "timezone",
        "locale",
        "scope",
        "calendars",
        "support",
        "severity",
    ),
    *("escalation", "objectives", "exclusions", "thresholds", "credit", "fees", "capacity", "privacy", "exit"),
    "changes",
}
OBJECTIVE_WORDS = {
    *("name", "service", "regions", "metric", "source", "statistic", "at_least", "at_most", "slice", "attain"),
    *("at_least_for", "target", "min_samples", "unknown", "tiers"),
}
EXCLUSION_WORDS = {"kind", "approver", "notice", "most_a_month", "load_multiple"}
CREDIT_WORDS = {
    *("base", "tiers", "outage", "misses", "combine", "cap", "rounding", "minimum", "claim", "claim_days", "pays"),
}
#: Fees that are not fixed, and when they are due, change nothing in a credit.
FEE_WORDS = {"monthly", "recurring", "usage", "packages", "due_days", "late_fee", "arrears", "tax"}
METRICS = ("availability", "latency", "loss", "jitter", "first-frame", "freeze", "errors")
LEVELS, CLOCKS = ("basic", "fault", "major"), ("response", "update", "mitigation", "resolution")

#: Currencies whose minor unit is not a hundredth (ISO 4217).
EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND"), 0),
    **dict.fromkeys(("VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def read_contract(evidence: Evidence, sha256: str) -> Contract:
    name = f"contracts/{sha256}.json"
    octets = evidence.text(name).encode("utf-8")
    document = json.loads(octets)
    expect(canonical(document) == octets, name, "it is not in canonical form (RFC 8785)")
    expect(digest(octets) == sha256, name, "its SHA-256 is not the one it is pinned by")
    return contract_of(document, name)


def contract_of(document: Json, name: str) -> Contract:
    """What is left out of a contract has the default that its schema names."""
    known(document, PARTS, name)
    chosen(document, "schema", ("tallylight-contract-v1",), name)
    credit, fees = document["credit"], document["fees"]
    where = f"{name}, credit"
    known(credit, CREDIT_WORDS, where)
    known(credit.get("outage", {}), {"multiple"}, f"{where}, outage")
    fee, service_fees, currency = fixed_fees(fees, name)
    return Contract(
        objectives=tuple(objective(each, document, name) for each in document["objectives"]),
        multiple=overload(document.get("exclusions", []), name),
        tiers=tiers(credit.get("tiers", []), where),
        cap=percent(credit["cap"]),
        combine=chosen(credit, "combine", ("worst", "sum"), where),
        outage=times_over(credit["outage"].get("multiple", "1x")) if "outage" in credit else None,
        misses=dict(miss_rule(each, where) for each in credit.get("misses", [])),
        base=chosen(credit, "base", ("monthly-fees", "service-fees"), where),
        fee=fee,
        service_fees=service_fees,
        currency=currency,
        rounding=chosen(credit, "rounding", ("half-even", "half-up", "down", "up"), where),
        minimum=money(credit["minimum"]) if "minimum" in credit else None,
        automatic=chosen(credit, "claim", ("automatic", "on-request"), where) == "automatic",
        claim_days=credit.get("claim_days"),
        pays=chosen(credit, "pays", ("credit", "refund"), where),
    )


def known(entry: Json, words: Any, where: str) -> None:
    more = sorted(set(entry) - set(words))
    if more:
        raise NotEvidence(
            f"{where}: this program does not know the rules {', '.join(more)}; get the one of a later version"
        )


#: The words that stand where a contract leaves a choice out.
DEFAULTS = {
    "source": "probes",
    "statistic": "mean",
    "attain": "slices",
    "base": "monthly-fees",
    "rounding": "half-even",
    "pays": "credit",
}


def chosen(entry: Json, word: str, choices: Sequence[str], where: str) -> str:
    said = entry[word] if word in entry or word not in DEFAULTS else DEFAULTS[word]
    if said not in choices:
        raise NotEvidence(f"{where}: this program does not know {word} {said!r}; get the one of a later version")
    return str(said)


def objective(entry: Json, document: Json, name: str) -> Objective:
    where = f"{name}, objective {entry['name']}"
    known(entry, OBJECTIVE_WORDS, where)
    chosen(entry, "source", ("probes", "reported"), where)
    chosen(entry, "statistic", ("mean", "p95"), where)
    metric = chosen(entry, "metric", METRICS, where)
    slice_ms, lasting_ms = duration(entry.get("slice", "1m")), duration(entry.get("at_least_for", "0m"))
    return Objective(
        name=entry["name"],
        service=entry["service"],
        regions=tuple(entry.get("regions", document["scope"]["regions"])),
        metric=metric,
        bound=quantity(entry["at_least" if metric == "availability" else "at_most"]),
        target=percent(entry["target"]),
        min_samples=entry["min_samples"],
        unknown=chosen(entry, "unknown", ("good", "bad", "excluded"), where),
        slice_s=slice_ms // 1_000,
        attain=chosen(entry, "attain", ("slices", "mean", "affected"), where),
        in_a_row=max(1, -(-lasting_ms // slice_ms)),
        tiers=tiers(entry.get("tiers", []), where),
    )


def tiers(entries: Sequence[Json], where: str) -> Tiers:
    for each in entries:
        known(each, {"below", "credit"}, f"{where}, tiers")
    return tuple((percent(each["below"]), percent(each["credit"])) for each in entries)


def overload(rules: Sequence[Json], name: str) -> Fraction | None:
    """The multiple of the mean load above which slices are taken out, if any. Other exclusions stand in the chain one by one."""
    found = None
    for each in rules:
        known(each, EXCLUSION_WORDS, f"{name}, exclusions")
        kind = chosen(each, "kind", ("maintenance", "customer-caused", "force-majeure", "overload"), name)
        if kind == "overload" and found is None:
            found = times_over(each["load_multiple"])
    return found


def miss_rule(entry: Json, where: str) -> tuple[tuple[str, str], tuple[Fraction, Fraction]]:
    known(entry, {"level", "clock", "credit", "most"}, f"{where}, misses")
    kind = chosen(entry, "level", LEVELS, where), chosen(entry, "clock", CLOCKS, where)
    return kind, (percent(entry["credit"]), percent(entry["most"]))


def fixed_fees(fees: Json, name: str) -> tuple[int, dict[str, int], str]:
    """The fixed fees of a month in minor units, those of each service among them, and their currency."""
    known(fees, FEE_WORDS, f"{name}, fees")
    total, currency = money(fees["monthly"])
    by_service: dict[str, int] = {}
    for each in fees.get("recurring", []):
        known(each, {"name", "amount", "service"}, f"{name}, fees, recurring")
        minor, its = money(each["amount"])
        expect(its == currency, f"{name}, fees", f"{its} and {currency} don't add up")
        total += minor
        if "service" in each:
            by_service[each["service"]] = by_service.get(each["service"], 0) + minor
    return total, by_service, currency


def percent(text: str) -> Fraction:
    return Fraction(text.rstrip("% "))


def times_over(text: str) -> Fraction:
    return Fraction(text.rstrip("x "))


def duration(text: str) -> int:
    """Milliseconds."""
    digits = text.rstrip("msdh ")
    return int(digits) * UNITS[text[len(digits) :].strip()]


def quantity(text: str) -> float:
    """Per cent, or milliseconds."""
    return float(percent(text)) if text.endswith("%") else float(duration(text))


def money(text: str) -> tuple[int, str]:
    amount, currency = text.split()
    return round(Fraction(amount) * 10 ** EXPONENTS.get(currency, 2)), currency


def shown(minor: int, currency: str) -> str:
    places = EXPONENTS.get(currency, 2)
    whole, rest = divmod(minor, 10**places)
    return f"{currency} {whole:,}.{rest:0{places}d}" if places else f"{currency} {whole:,}"


# ---------------------------------------------------------------- who signed the contract


def check_signatures(evidence: Evidence) -> int:
    """Every version of the month is signed by both sides, or by neither. How many versions were accepted on paper."""
    versions, on_paper = evidence.json("signatures.json"), 0
    for version in versions:
        where = f"signatures.json, contract {version['contract']}"
        hands = version["signatures"]
        on_paper += not hands
        for hand in hands:
            expect(
                hand["sha256"] == version["contract"], where, f"{hand['name']} signed another hash, {hand['sha256']}"
            )
            expect(bool(hand["name"]), where, "somebody signed without a name")
        if hands:
            sides = sorted(hand["side"] for hand in hands)
            expect(
                sides == ["customer", "provider"], where, f"it is signed by {' and '.join(sides)}, not by both sides"
            )
            expect(hands[0]["person"] != hands[1]["person"], where, "one person signed for both sides")
            signed = max(instant(hand["signed_at"]) for hand in hands)
            expect(signed == instant(version["accepted_at"]), where, "it was not accepted when the second side signed")
            expect(signed <= instant(version["effective_from"]), where, "it applies from before it was signed")
    for sha256 in evidence.manifest["contracts"]:
        named = any(version["contract"] == sha256 for version in versions)
        expect(named, "signatures.json", f"nothing is said of who accepted contract {sha256}")
    return on_paper


def check_segments(segments: Sequence[Json], evidence: Evidence) -> None:
    """Each begins where a version of its contract does, or with the month; none overlaps another."""
    begins: dict[str, list[datetime]] = {}
    for version in evidence.json("signatures.json"):
        begins.setdefault(version["contract"], []).append(instant(version["effective_from"]))
    month, free = instant(evidence.manifest["start"]), instant(evidence.manifest["start"])
    for segment in segments:
        where, start = f"computation.json, contract {segment['number']}", instant(segment["start"])
        expect(free <= start < instant(segment["end"]), where, "it overlaps another, or lies outside the month")
        starts = [max(month, each) for each in begins.get(segment["contract"], [])]
        expect(start in starts, where, f"no version of it begins to apply at {segment['start']}")
        free = instant(segment["end"])
    expect(free <= instant(evidence.manifest["end"]), "computation.json", "it goes on after the month")


# ---------------------------------------------------------------- judging


def judge_anew(stretch: Stretch, rule: Objective) -> None:
    """Every slice from its figure. Raises Mismatch at the first that was sealed as something else."""
    verdicts = "".join([judged(row, rule) for row in stretch.rows])
    if verdicts == stretch.letters:
        return
    i = next(i for i, (anew, sealed) in enumerate(zip(verdicts, stretch.letters, strict=True)) if anew != sealed)
    row, sealed = stretch.rows[i], WORDS.get(stretch.letters[i], stretch.letters[i])
    raise Mismatch(
        f"{rule.name} in {stretch.line['region']} at {row[0]}",
        f"it was sealed as {sealed}; {row[1] or 'no figure'} with {row[2]} samples is {WORDS[verdicts[i]]}",
    )


WORDS = {"g": "good", "b": "bad", "u": "unknown", "x": "excluded"}


def judged(row: Sequence[str], rule: Objective) -> str:
    """A figure is held against the bound as numbers of double precision (IEEE 754)."""
    if not row[1] or int(row[2]) < rule.min_samples:
        return "u"
    figure = float(row[1])
    broken = figure < rule.bound if rule.lower_is_worse else figure > rule.bound
    return "b" if broken else "g"


# ---------------------------------------------------------------- exclusions


class Excluded(NamedTuple):
    region: str
    start: datetime
    end: datetime


def read_exclusions(evidence: Evidence, links: Sequence[Json]) -> list[Excluded]:
    """What is taken out of the month; each stands in the chain exactly as it is told."""
    chained = {each["id"]: each for link in links for each in link["exclusions"]}
    found = []
    for told in evidence.json("exclusions.json"):
        where = f"exclusions.json, {told['reason']!r} from {told['starts_at']}"
        expect(bool(told["approver"]), where, "nobody approved it")
        said = {word: value for word, value in told.items() if word != "approver"}
        expect(chained.get(told["id"]) == said, where, "it does not stand in the chain like this")
        found.append(Excluded(told["region"], instant(told["starts_at"]), instant(told["ends_at"])))
    months = [span for span in chained.values() if overlaps(span, evidence.manifest)]
    expect(
        len(months) == len(found), "exclusions.json", "an exclusion of this month that stands in the chain is left out"
    )
    return found


def overlaps(span: Json, manifest: Json) -> bool:
    return instant(span["starts_at"]) < instant(manifest["until"]) and instant(span["ends_at"]) > instant(
        manifest["start"]
    )


# ---------------------------------------------------------------- attainment


class Counts(NamedTuple):
    good: int
    bad: int
    unknown: int
    excluded: int


class Slice(NamedTuple):
    """A verdict and what was measured: figure, share of users hit, and load as they stand in the series, empty where unknown."""

    letter: str
    figure: str
    affected: str
    load: str


class Tally(NamedTuple):
    """`good` of `counted` slices' worth. `hit` is what was lost if bad slices count with the share of users they hit."""

    counts: Counts
    good: Fraction
    counted: int
    hit: Fraction
    spared: int
    overloaded: int
    limit: Fraction | None

    @property
    def attained(self) -> Fraction | None:
        return 100 * self.good / self.counted if self.counted else None


def slices_within(
    days: Sequence[Stretch], rule: Objective, region: str, start: datetime, end: datetime, out: Sequence[Excluded]
) -> list[Slice]:
    """The slices that begin within `[start, end)`, in order, `x` where they are excluded."""
    found: list[Slice] = []
    expected = None
    for line, rows, letters in days:
        if (line["objective"], line["region"]) != (rule.name, region):
            continue
        first, slice_s = instant(line["first"]), line["slice_s"]
        skipped, stop = (min(slices_before(edge, first, slice_s), len(letters)) for edge in (start, end))
        at = first + skipped * slice_s * SECOND
        if skipped < stop:
            where = f"{rule.name} in {region} at {rfc3339(at)}"
            expect(at == (expected or at), where, "slices before it are missing, or there twice")
            laid_over = without(letters, line, out)
            found += [slice_of(*each) for each in zip(laid_over[skipped:stop], rows[skipped:stop], strict=True)]
            expected = first + stop * slice_s * SECOND
    return found


def slice_of(letter: str, row: Sequence[str]) -> Slice:
    return Slice(letter, row[1], row[4], row[5]) if len(row) > 4 else Slice(letter, row[1], "", "")


def without(letters: str, line: Json, out: Sequence[Excluded]) -> str:
    """A line's letters, `x` for the slices that begin within an exclusion."""
    first = instant(line["first"])
    for each in out:
        if each.region in ("", line["region"]):
            i, j = (min(slices_before(edge, first, line["slice_s"]), len(letters)) for edge in (each.start, each.end))
            letters = letters[:i] + "x" * (j - i) + letters[j:]
    return letters


def slices_before(edge: datetime, first: datetime, slice_s: int) -> int:
    """How many slices from `first` on begin before `edge`."""
    return max(0, -((first - edge) // (slice_s * SECOND)))


def tally(rule: Objective, slices: Sequence[Slice], multiple: Fraction | None) -> Tally:
    """What slices count as: overload goes out, bad ones count in long enough rows, and parts of slices where it says so."""
    limit = load_limit(slices, multiple)
    over = [limit is not None and each.letter != "x" and each.load != "" and int(each.load) > limit for each in slices]
    letters = "".join("x" if out else each.letter for out, each in zip(over, slices, strict=True))
    counts = Counts(*(letters.count(letter) for letter in "gbux"))
    counted = counts.good + counts.bad + (counts.unknown if rule.unknown != "excluded" else 0)
    is_bad = ("b", "u") if rule.unknown == "bad" else ("b",)
    lasting = [slices[i] for i in in_long_rows([letter in is_bad for letter in letters], rule.in_a_row)]
    hit = sum((share_hit(each) for each in lasting), Fraction(0))
    spared = sum(letters.count(letter) for letter in is_bad) - len(lasting)
    lost = {"slices": Fraction(len(lasting)), "affected": hit}.get(rule.attain)
    if lost is None:  # the mean, in which rows have no meaning
        measured = [each for letter, each in zip(letters, slices, strict=True) if letter in "gb"]
        lost = sum((share_lost(each, rule) for each in measured), Fraction(counts.unknown if "u" in is_bad else 0))
        spared = 0
    return Tally(counts, counted - lost, counted, hit, spared, sum(over), limit)


def load_limit(slices: Sequence[Slice], multiple: Fraction | None) -> Fraction | None:
    """The agreed multiple of the mean load, over the slices whose load is known and which nothing else takes out."""
    loads = [int(each.load) for each in slices if each.load != "" and each.letter != "x"]
    return Fraction(sum(loads), len(loads)) * multiple if multiple is not None and loads else None


def in_long_rows(bad: Sequence[bool], at_least: int) -> Iterator[int]:
    """The places that are bad and lie in a row of at least so many."""
    for is_bad, group in groupby(range(len(bad)), key=lambda i: bad[i]):
        row = list(group)
        if is_bad and len(row) >= at_least:
            yield from row


def share_hit(each: Slice) -> Fraction:
    """The share of users that a bad slice hit, in millionths; all of them where nobody counted."""
    return millionths(min(max(float(each.affected), 0.0), 1.0)) if each.affected else Fraction(1)


def share_lost(each: Slice, rule: Objective) -> Fraction:
    """The share of a slice that was bad, from a figure in per cent, in millionths of a per cent."""
    figure = min(max(float(each.figure), 0.0), 100.0)
    return millionths(100.0 - figure if rule.lower_is_worse else figure) / 100


def millionths(share: float) -> Fraction:
    return Fraction(round(share * 1_000_000), 1_000_000)


# ---------------------------------------------------------------- credit


class Row(NamedTuple):
    rule: Objective
    tally: Tally


class Part(NamedTuple):
    """What happened under one contract version: its share of the month, its rows, and the promises that were broken."""

    contract: Contract
    share: Fraction
    rows: list[Row]
    broken: list[Json]


def percents_of(contract: Contract, row: Row) -> Iterator[Fraction]:
    """What an objective in a region earns: the deepest tier it fell under, and its outages where they are credited."""
    rule, found = row
    if found.attained is not None and found.attained < rule.target:
        yield from [credit for below, credit in rule.tiers or contract.tiers if found.attained < below][-1:]
    if contract.outage is not None and rule.metric == "availability" and found.hit:
        yield 100 * found.hit / found.counted * contract.outage


def terms(part: Part) -> list[tuple[int, Fraction]]:
    """Fees in minor units and what per cent of them is owed: of all fees, or of those of each service."""
    contract = part.contract
    if contract.base == "monthly-fees":
        groups = [(contract.fee, part.rows)]
    else:
        services = dict.fromkeys(row.rule.service for row in part.rows)
        groups = [
            (contract.service_fees.get(service, 0), [row for row in part.rows if row.rule.service == service])
            for service in services
        ]
    found = []
    for fee, rows in groups:
        earned = [each for row in rows for each in percents_of(contract, row)]
        combined = max(earned, default=Fraction(0)) if contract.combine == "worst" else sum(earned, Fraction(0))
        found.append((fee, min(combined, contract.cap)))
    return found


def amount(part: Part) -> Fraction:
    """Minor units that objectives earn, exact."""
    return sum((fee * owed / 100 * part.share for fee, owed in terms(part)), Fraction(0))


def percent_of_fees(part: Part) -> Fraction:
    """What objectives earn, in per cent of all fees, as it is told: with six decimals."""
    found, fee = terms(part), part.contract.fee
    if part.contract.base == "monthly-fees":
        return round(found[0][1], 6)
    return round(sum((each * owed for each, owed in found), Fraction(0)) / fee, 6) if fee else Fraction(0)


def credits_of(parts: Sequence[Part]) -> list[int]:
    """Minor units owed for each part. Broken promises earn what the caps of the whole month leave, in the order they come in."""
    room: dict[str, Fraction] = {}
    for part in parts:
        contract = part.contract
        left = contract.fee * contract.cap / 100 * part.share - amount(part)
        room[contract.currency] = room.get(contract.currency, Fraction(0)) + max(left, Fraction(0))
    used: dict[tuple[str, str], Fraction] = {}
    found = []
    for part in parts:
        currency = part.contract.currency
        promised = (
            part.contract.fee * sum((allowed(part.contract, each, used) for each in in_order(part)), Fraction(0)) / 100
        )
        taken = min(promised, room[currency])
        room[currency] -= taken
        found.append(rounded(amount(part) + taken, part.contract.rounding))
    return found


def in_order(part: Part) -> list[Json]:
    return sorted(part.broken, key=lambda each: (instant(each["due_at"]), each["case"]))


def allowed(contract: Contract, broken: Json, used: dict[tuple[str, str], Fraction]) -> Fraction:
    """Per cent of the fees for one broken promise, as far as the month's limit for its kind leaves some."""
    kind = (broken["level"], broken["clock"])
    if kind not in contract.misses:
        return Fraction(0)
    credit, most = contract.misses[kind]
    earned = max(min(credit, most - used.get(kind, Fraction(0))), Fraction(0))
    used[kind] = used.get(kind, Fraction(0)) + earned
    return earned


def rounded(exact: Fraction, how: str) -> int:
    """Whole minor units; amounts are never below zero."""
    whole = exact.numerator // exact.denominator
    rest = exact - whole
    if how == "half-even":
        return round(exact)
    return whole + {"half-up": rest >= Fraction(1, 2), "down": False, "up": rest > 0}[how]


def settlement(earned: int, contract: Contract, currency: str, manifest: Json) -> Json:
    """What becomes of what a month earned, under the contract at its end, as of the instant up to which it is sealed."""
    owed, state, until = earned, "claimable", None
    if earned <= 0 or (contract.minimum and contract.minimum[1] == currency and earned < contract.minimum[0]):
        owed, state = 0, "nothing"
    elif instant(manifest["until"]) < instant(manifest["end"]):
        state = "running"
    elif contract.automatic:
        state = "owed"
    elif contract.claim_days is not None:
        until = claim_end(contract.claim_days, manifest)
    return {"currency": currency, "earned": earned, "owed": owed, "state": state, "pays": contract.pays, "until": until}


def claim_end(days: int, manifest: Json) -> str | None:
    """The midnight before which a claim has to be made; None where this machine does not know the zone."""
    zone = zone_of(manifest)
    if zone is None:
        return None
    end = instant(manifest["end"]).astimezone(zone).date() + timedelta(days=days)
    return rfc3339(datetime(end.year, end.month, end.day, tzinfo=zone).astimezone(timezone.utc))


# ---------------------------------------------------------------- the computation


def check_computation(evidence: Evidence, links: Sequence[Json], days: Sequence[Stretch]) -> Json:
    computation, manifest = evidence.json("computation.json"), evidence.manifest
    unchecked = check_month(manifest)
    on_paper = check_signatures(evidence)
    check_segments(computation["segments"], evidence)
    out = read_exclusions(evidence, links)
    contracts = {sha256: read_contract(evidence, sha256) for sha256 in manifest["contracts"]}
    check_days(days, contracts)
    segments = computation["segments"]
    parts = [part_of(each, contracts, days, out, evidence) for each in segments]
    amounts = credits_of(parts)
    owed: dict[str, int] = {}
    for segment, part, minor in zip(segments, parts, amounts, strict=True):
        check_credit(segment, part, minor)
        owed[part.contract.currency] = owed.get(part.contract.currency, 0) + minor
    for each in computation["credits"]:
        check_amount(
            each, owed.get(each["currency"], 0), each["currency"], "computation.json, credits", "together it is"
        )
    told = {each["currency"]: each["minor"] for each in computation["credits"]}
    expect(told == owed, "computation.json", f"the credits add up to {owed}, not to {told}")
    check_settlements(computation["settlements"], owed, parts[-1].contract, manifest)
    return {
        "credits": owed,
        "settlements": computation["settlements"],
        "slices": sum(len(each.letters) for each in days),
        "broken_promises": sum(len(part.broken) for part in parts),
        "on_paper": on_paper,
        "unchecked": unchecked,
    }


def check_days(days: Sequence[Stretch], contracts: dict[str, Contract]) -> None:
    """Every sealed slice as its own contract judges it."""
    for stretch in days:
        line = stretch.line
        expect(line["contract"] in contracts, "chain.jsonl", f"contract {line['contract']} is not in the file")
        promised = contracts[line["contract"]].objectives
        rules = [each for each in promised if each.name == line["objective"] and line["region"] in each.regions]
        expect(bool(rules), "chain.jsonl", f"the contract has no objective {line['objective']} in {line['region']}")
        where = f"chain.jsonl, {line['objective']} in {line['region']}"
        expect(
            line["slice_s"] == rules[0].slice_s, where, f"its slices are {line['slice_s']} s, not {rules[0].slice_s} s"
        )
        judge_anew(stretch, rules[0])


def part_of(
    segment: Json,
    contracts: dict[str, Contract],
    days: Sequence[Stretch],
    out: Sequence[Excluded],
    evidence: Evidence,
) -> Part:
    """One contract version's part of the month, counted anew; every figure that is told of it is checked."""
    manifest, where = evidence.manifest, f"computation.json, contract {segment['number']}"
    expect(segment["contract"] in contracts, where, f"{segment['contract']} is not in the file")
    contract = contracts[segment["contract"]]
    start, end = instant(segment["start"]), instant(segment["end"])
    minutes, of = whole_slices(start, end, 60), whole_slices(*month_of(manifest), 60)
    expect(of == segment["part"]["of"], where, f"the month has {of} minutes, not {segment['part']['of']}")
    expect(minutes == segment["part"]["minutes"], where, f"the version applies to {minutes} minutes, not as it says")
    check_versions(segment, days, manifest)
    until = min(end, instant(manifest["until"]))
    rows = check_rows(segment, contract, days, out, until)
    broken = [each for each in promises(evidence) if start <= instant(each["due_at"]) < until]
    told = segment["broken_promises"]
    expect(len(broken) == told, where, f"{len(broken)} promises were broken in its time, not {told}")
    return Part(contract, Fraction(minutes, of), rows, broken)


def promises(evidence: Evidence) -> list[Json]:
    """The support promises that were broken, each of a kind that this program knows."""
    found: list[Json] = evidence.json("promises.json")
    for each in found:
        where = f"promises.json, {each['case']}"
        known(each, {"case", "level", "clock", "due_at"}, where)
        chosen(each, "level", LEVELS, where)
        chosen(each, "clock", CLOCKS, where)
        inside = instant(evidence.manifest["start"]) <= instant(each["due_at"]) < instant(evidence.manifest["until"])
        expect(inside, where, f"{each['due_at']} lies outside what is told of the month")
    kinds = {(each["case"], each["clock"], each["due_at"]) for each in found}
    expect(len(kinds) == len(found), "promises.json", "a broken promise is there twice")
    return found


def check_rows(
    segment: Json, contract: Contract, days: Sequence[Stretch], out: Sequence[Excluded], until: datetime
) -> list[Row]:
    """Every objective in every region, as its slices count."""
    start, rows, told = instant(segment["start"]), [], iter(segment["rows"])
    for rule, region in [(each, region) for each in contract.objectives for region in each.regions]:
        row: Json = next(told, {})
        where = f"computation.json, {rule.name} in {region}"
        expect((row.get("objective"), row.get("region")) == (rule.name, region), where, "it is missing or out of order")
        slices = slices_within(days, rule, region, start, until, out)
        sealed = whole_slices(start, until, rule.slice_s)
        expect(len(slices) == sealed, where, f"{len(slices)} slices are sealed; the time has {sealed}")
        found = tally(rule, slices, contract.multiple)
        check_row(row, rule, found, where)
        rows.append(Row(rule, found))
    expect(next(told, None) is None, "computation.json", "it has rows that the contract does not know")
    return rows


def check_row(row: Json, rule: Objective, found: Tally, where: str) -> None:
    """Every figure that is told of an objective in a region."""
    said = Counts(**row["counts"])
    expect(
        said == found.counts,
        where,
        f"it counts {tuple(said)} (good, bad, unknown, excluded); the slices are {tuple(found.counts)}",
    )
    reckoned: Json = {
        "slice_s": rule.slice_s,
        "good": found.good,
        "counted": found.counted,
        "spared": found.spared,
        "overloaded": found.overloaded,
        "load_limit": found.limit,
        "target": rule.target,
        "attained": None if found.attained is None else Fraction(found.attained * 10_000 // 1, 10_000),
        "kept": None if found.attained is None else found.attained >= rule.target,
    }
    for word, figure in reckoned.items():
        told = Fraction(row[word]) if isinstance(figure, Fraction) and row[word] is not None else row[word]
        expect(told == figure, where, f"{word} is {figure}, not {row[word]}")


def whole_slices(start: datetime, end: datetime, slice_s: int) -> int:
    """How many slices begin within `[start, end)`; they begin at whole multiples of their length."""
    first, last = (-int(-edge.timestamp() // slice_s) for edge in (start, max(start, end)))
    return last - first


def check_credit(segment: Json, part: Part, minor: int) -> None:
    where, told = f"computation.json, credit under contract {segment['number']}", segment["credit"]
    currency = part.contract.currency
    check_amount(segment["fee"], part.contract.fee, currency, where, "the fee is")
    owed = percent_of_fees(part)
    expect(owed == Fraction(told["percent"]), where, f"{float(owed):g} % are owed, not {told['percent']} %")
    check_amount(told["amount"], minor, currency, where, "what is owed is")


def check_amount(told: Json, minor: int, currency: str, where: str, what: str) -> None:
    """An amount in minor units and in words."""
    right = (told["minor"], told["currency"]) == (minor, currency)
    expect(right, where, f"{what} {minor} minor units of {currency}, not {told['minor']} of {told['currency']}")
    expect(told["text"] == shown(minor, currency), where, f"{what} {shown(minor, currency)}, not {told['text']}")


def check_settlements(told: Sequence[Json], owed: dict[str, int], contract: Contract, manifest: Json) -> None:
    """What becomes of the credits: under the minimum, owed by itself, to be claimed and until when."""
    reckoned = [settlement(earned, contract, currency, manifest) for currency, earned in owed.items()]
    where = "computation.json, settlements"
    expect(len(told) == len(reckoned), where, "there is not one for each currency")
    for said, found in zip(told, reckoned, strict=True):
        for word, value in found.items():
            if word != "until" or zone_of(manifest) is not None:
                expect(said[word] == value, where, f"{word} is {value}, not {said[word]}")


def check_versions(segment: Json, days: Sequence[Stretch], manifest: Json) -> None:
    """Slices of a segment were sealed under its own contract version."""
    start, end = instant(segment["start"]), min(instant(segment["end"]), instant(manifest["until"]))
    for stretch in days:
        line = stretch.line
        inside = start <= instant(line["first"]) < end
        expect(
            not inside or line["contract"] == segment["contract"],
            f"computation.json, contract {segment['number']}",
            f"{line['first']} was sealed under another",
        )


def month_of(manifest: Json) -> tuple[datetime, datetime]:
    return instant(manifest["start"]), instant(manifest["end"])


def zone_of(manifest: Json) -> Any:
    """The month's zone; None where this machine knows none of that name."""
    try:
        from zoneinfo import ZoneInfo

        return ZoneInfo(manifest["timezone"])
    except Exception:  # a machine without zones is no fault of the file
        return None


def check_month(manifest: Json) -> list[str]:
    """The month's edges in its zone. What can't be checked on this machine."""
    zone = zone_of(manifest)
    if zone is None:
        return [
            f"This machine does not know the zone {manifest['timezone']}: when the month begins and ends was believed."
        ]
    year, month = map(int, manifest["month"].split("-"))
    edges = ((year, month), (year + month // 12, month % 12 + 1))
    start, end = (datetime(*edge, 1, tzinfo=zone).astimezone(timezone.utc) for edge in edges)
    expect(
        (start, end) == month_of(manifest),
        "manifest.json",
        f"{manifest['month']} is not {manifest['start']} to {manifest['end']}",
    )
    until = instant(manifest["until"])
    expect(start < until <= end, "manifest.json", f"{manifest['until']} lies outside the month")
    return []


# ---------------------------------------------------------------- instants


def instant(text: str) -> datetime:
    """An instant in UTC from RFC 3339 that ends in Z."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def midnight(day: str) -> datetime:
    return instant(day + "T00:00:00Z")


def rfc3339(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


# ---------------------------------------------------------------- Ed25519, RFC 8032

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 octets) is one of `message` by `public` (32 octets): section 5.1.7."""
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = decode_point(public), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return same(times(s, BASE), add(r, times(k, a)))


def decode_point(octets: bytes) -> Point | None:
    """Section 5.1.3; None where no point is meant."""
    y = int.from_bytes(octets, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    x = root_of((y * y - 1) * pow(D * y * y + 1, P - 2, P) % P)
    if x is None or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def root_of(square: int) -> int | None:
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    return x if (x * x - square) % P == 0 else None


def add(p: Point, q: Point) -> Point:
    """Section 5.1.4, extended homogeneous coordinates."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


def same(p: Point, q: Point) -> bool:
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


_BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
BASE: Point = _BASE if _BASE else (0, 1, 1, 0)


# ---------------------------------------------------------------- the command


def verify(path: str, key: str | None = None) -> Json:
    """What the file proves. Raises Mismatch, or NotEvidence."""
    evidence = Evidence(path)
    try:
        check_signature(evidence, key)
        check_files(evidence)
        links = check_chain(evidence)
        days = read_days(evidence, links)
        found = check_computation(evidence, links, days)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, UnicodeDecodeError) as fault:
        raise NotEvidence(f"{path} lacks something or holds something else there: {fault!r}") from fault
    manifest = evidence.manifest
    return {
        "customer": manifest["organisation"]["name"],
        "month": manifest["month"],
        "until": manifest["until"],
        "complete": manifest["until"] == manifest["end"],
        "key": manifest["key"]["public"],
        "head": manifest["chain"]["head"],
        **found,
    }


def sentences(found: Json, key: str | None) -> Iterator[str]:
    whole = "the whole month" if found["complete"] else f"up to {found['until']}; the rest is not sealed yet"
    yield f"{found['customer']}, {found['month']}: {whole}."
    yield f"Everything matches: {found['slices']} slices were judged again; the chain ends with {found['head']}."
    trusted = "the key you gave" if key else f"key {found['key']}; compare it with the key that was published"
    yield f"Signed by {trusted}."
    if found["on_paper"]:
        yield f"{found['on_paper']} contract versions were accepted on paper: no signatures of theirs are in the file."
    if found["broken_promises"]:
        yield f"{found['broken_promises']} broken support promises are told by the provider; compare them with your cases."
    yield from found["unchecked"]
    for each in found["settlements"]:
        earned, owed = (shown(each[word], each["currency"]) for word in ("earned", "owed"))
        less = "" if each["earned"] == each["owed"] else f" Under the agreed minimum: {owed} is owed."
        until = f" To be claimed before {each['until']}." if each["until"] else ""
        yield f"Credit: {earned}.{less}{until}"


def main(words: Sequence[str] | None = None) -> int:
    """The exit code: 0 everything matches, 1 something does not, 2 this is no evidence."""
    parser = argparse.ArgumentParser(description="Recompute a Tallylight evidence file, offline.")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--key", metavar="HEX", help="the public key you trust, 64 hexadecimal digits")
    parser.add_argument("--json", action="store_true", help="say it as JSON")
    args = parser.parse_args(words)
    try:
        found = verify(args.file, args.key)
    except Mismatch as mismatch:
        print(json.dumps({"matches": False, "where": mismatch.where, "what": mismatch.what}) if args.json else mismatch)
        return 1
    except NotEvidence as fault:
        print(fault, file=sys.stderr)
        return 2
    print(json.dumps({"matches": True, **found}) if args.json else "\n".join(sentences(found, args.key)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
