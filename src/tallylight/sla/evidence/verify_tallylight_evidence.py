#!/usr/bin/env python3
"""Recompute a Tallylight evidence file, offline, with nothing but Python's standard library (3.10 or newer).

    python3 verify_tallylight_evidence.py FILE [--key HEX] [--json]

It checks the signature, every hash, the chain of sealed days and the contract's own hash; then it judges every slice anew from
what was measured, takes out what was excluded, counts, and works out the credit to the cent. It names the first thing that does
not match and ends with 1; with 0 when everything does; with 2 when the file can't be read as evidence.

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
    return found


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
    regions: tuple[str, ...]
    lower_is_worse: bool
    bound: float
    target: Fraction
    min_samples: int
    unknown: str


class Contract(NamedTuple):
    objectives: tuple[Objective, ...]
    tiers: tuple[tuple[Fraction, Fraction], ...]
    cap: Fraction
    combine: str
    fee: tuple[int, str]


#: What this program can work out. A contract that says more is not passed over in silence.
OBJECTIVE_WORDS = {
    *("name", "service", "regions", "metric", "statistic", "at_least", "at_most", "target", "min_samples", "unknown"),
}
CREDIT_WORDS = {"tiers", "combine", "cap", "claim", "rounding"}
#: Currencies whose minor unit is not a hundredth (ISO 4217).
EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "BHD": 3, "KWD": 3, "OMR": 3, "JOD": 3, "TND": 3}
UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def read_contract(evidence: Evidence, sha256: str) -> Contract:
    name = f"contracts/{sha256}.json"
    octets = evidence.text(name).encode("utf-8")
    document = json.loads(octets)
    expect(canonical(document) == octets, name, "it is not in canonical form (RFC 8785)")
    expect(digest(octets) == sha256, name, "its SHA-256 is not the one it is pinned by")
    known(document["credit"], CREDIT_WORDS, f"{name}, credit")
    return Contract(
        objectives=tuple(objective(each, document, name) for each in document["objectives"]),
        tiers=tuple((percent(each["below"]), percent(each["credit"])) for each in document["credit"]["tiers"]),
        cap=percent(document["credit"]["cap"]),
        combine=document["credit"]["combine"],
        fee=monthly(document["fees"]),
    )


def known(entry: Json, words: Any, where: str) -> None:
    more = sorted(set(entry) - set(words))
    if more:
        raise NotEvidence(
            f"{where}: this program does not know the rules {', '.join(more)}; get the one of a later version"
        )


def objective(entry: Json, document: Json, name: str) -> Objective:
    known(entry, OBJECTIVE_WORDS, f"{name}, objective {entry['name']}")
    lower = "at_least" in entry
    return Objective(
        name=entry["name"],
        regions=tuple(entry.get("regions", document["scope"]["regions"])),
        lower_is_worse=lower,
        bound=quantity(entry["at_least" if lower else "at_most"]),
        target=percent(entry["target"]),
        min_samples=entry["min_samples"],
        unknown=entry["unknown"],
    )


def percent(text: str) -> Fraction:
    return Fraction(text.rstrip("% "))


def quantity(text: str) -> float:
    """Per cent, or milliseconds."""
    if text.endswith("%"):
        return float(percent(text))
    digits = text.rstrip("msdh ")
    return float(int(digits) * UNITS[text[len(digits) :].strip()])


def money(text: str) -> tuple[int, str]:
    amount, currency = text.split()
    minor = Fraction(amount) * 10 ** EXPONENTS.get(currency, 2)
    return round(minor), currency


def monthly(fees: Json) -> tuple[int, str]:
    """The base fee and the recurring ones."""
    amounts = [money(text) for text in (fees["monthly"], *(each["amount"] for each in fees.get("recurring", ())))]
    return sum(minor for minor, _ in amounts), amounts[0][1]


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


# ---------------------------------------------------------------- attainment and credit


class Counts(NamedTuple):
    good: int
    bad: int
    unknown: int
    excluded: int


def verdicts_within(
    days: Sequence[Stretch], rule: Objective, region: str, start: datetime, end: datetime, out: Sequence[Excluded]
) -> str:
    """The letters of the slices that begin within `[start, end)`, in order, `x` where they are excluded."""
    found, expected = [], None
    for line, _rows, letters in days:
        if (line["objective"], line["region"]) != (rule.name, region):
            continue
        first, slice_s = instant(line["first"]), line["slice_s"]
        skipped, stop = (min(slices_before(edge, first, slice_s), len(letters)) for edge in (start, end))
        at = first + skipped * slice_s * SECOND
        if skipped < stop:
            where = f"{rule.name} in {region} at {rfc3339(at)}"
            expect(at == (expected or at), where, "slices before it are missing, or there twice")
            found.append(without(letters, line, out)[skipped:stop])
            expected = first + stop * slice_s * SECOND
    return "".join(found)


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


def credit_of(
    contract: Contract, standings: Sequence[tuple[Objective, int, int]], part: Fraction
) -> tuple[Fraction, int]:
    """Per cent and minor units owed for (objective, good, counted) of each row over `part` of the month; rounded half even."""
    percents = []
    for rule, good, counted in standings:
        attained = Fraction(100 * good, counted) if counted else None
        if attained is not None and attained < rule.target:
            percents += [credit for below, credit in contract.tiers if attained < below][-1:]
    combined = max(percents, default=Fraction(0)) if contract.combine == "worst" else sum(percents, Fraction(0))
    owed = min(combined, contract.cap)
    return owed, round(contract.fee[0] * owed / 100 * part)


def standing(counts: Counts, rule: Objective) -> tuple[int, int]:
    """Good and counted slices, unknown ones as the objective says."""
    good = counts.good + (counts.unknown if rule.unknown == "good" else 0)
    bad = counts.bad + (counts.unknown if rule.unknown == "bad" else 0)
    return good, good + bad


def check_segment(
    segment: Json, contract: Contract, days: Sequence[Stretch], out: Sequence[Excluded], manifest: Json
) -> int:
    """Every row of one contract version's part of the month, and what it earns. Minor units owed."""
    start, end = instant(segment["start"]), instant(segment["end"])
    standings, told = [], iter(segment["rows"])
    for rule, region in [(each, region) for each in contract.objectives for region in each.regions]:
        row: Json = next(told, {})
        where = f"computation.json, {rule.name} in {region}"
        expect((row.get("objective"), row.get("region")) == (rule.name, region), where, "it is missing or out of order")
        letters = verdicts_within(days, rule, region, start, min(end, instant(manifest["until"])), out)
        counts = Counts(*(letters.count(letter) for letter in "gbux"))
        sealed = whole_slices(start, min(end, instant(manifest["until"])), row["slice_s"])
        expect(len(letters) == sealed, where, f"{len(letters)} slices are sealed; the time has {sealed}")
        said = Counts(**row["counts"])
        expect(
            counts == said,
            where,
            f"it counts {tuple(said)} (good, bad, unknown, excluded); the slices are {tuple(counts)}",
        )
        good, counted = standing(counts, rule)
        expect(
            (good, counted) == (row["good"], row["counted"]), where, f"{good} of {counted} were good, not as it says"
        )
        standings.append((rule, good, counted))
    expect(next(told, None) is None, "computation.json", "it has rows that the contract does not know")
    return check_credit(segment, contract, standings)


def whole_slices(start: datetime, end: datetime, slice_s: int) -> int:
    """How many slices begin within `[start, end)`; they begin at whole multiples of their length."""
    first, last = (-int(-edge.timestamp() // slice_s) for edge in (start, max(start, end)))
    return last - first


def check_credit(segment: Json, contract: Contract, standings: Sequence[tuple[Objective, int, int]]) -> int:
    where, told = f"computation.json, credit under contract {segment['number']}", segment["credit"]
    expect(
        (segment["fee"]["minor"], segment["fee"]["currency"]) == contract.fee, where, "the fee is not the contract's"
    )
    minutes = whole_slices(instant(segment["start"]), instant(segment["end"]), 60)
    expect(minutes == segment["part"]["minutes"], where, f"the version applies to {minutes} minutes, not as it says")
    owed, minor = credit_of(contract, standings, Fraction(minutes, segment["part"]["of"]))
    expect(owed == Fraction(told["percent"]), where, f"{float(owed):g} % are owed, not {told['percent']} %")
    expect(
        (minor, contract.fee[1]) == (told["amount"]["minor"], told["amount"]["currency"]),
        where,
        f"{minor} minor units of {contract.fee[1]} are owed, not {told['amount']['minor']} of {told['amount']['currency']}",
    )
    return minor


def check_computation(evidence: Evidence, links: Sequence[Json], days: Sequence[Stretch]) -> Json:
    computation, manifest = evidence.json("computation.json"), evidence.manifest
    check_month(manifest)
    out = read_exclusions(evidence, links)
    owed: dict[str, int] = {}
    contracts = {sha256: read_contract(evidence, sha256) for sha256 in manifest["contracts"]}
    for stretch in days:
        contract = contracts.get(stretch.line["contract"])
        expect(contract is not None, "chain.jsonl", f"contract {stretch.line['contract']} is not in the file")
        rules = (
            {each.name: each for each in contract.objectives if stretch.line["region"] in each.regions}
            if contract
            else {}
        )
        rule = rules.get(stretch.line["objective"])
        expect(rule is not None, "chain.jsonl", f"the contract has no objective {stretch.line['objective']}")
        if rule:
            judge_anew(stretch, rule)
    of = whole_slices(instant(manifest["start"]), instant(manifest["end"]), 60)
    for segment in computation["segments"]:
        contract = contracts.get(segment["contract"])
        expect(
            segment["part"]["of"] == of, "computation.json", f"the month has {of} minutes, not {segment['part']['of']}"
        )
        if contract is None:
            raise Mismatch("computation.json", f"contract {segment['contract']} is not in the file")
        check_versions(segment, days, manifest)
        minor = check_segment(segment, contract, days, out, manifest)
        owed[contract.fee[1]] = owed.get(contract.fee[1], 0) + minor
    told = {each["currency"]: each["minor"] for each in computation["credits"]}
    expect(told == owed, "computation.json", f"the credits add up to {owed}, not to {told}")
    return {"credits": owed, "slices": sum(len(each.letters) for each in days)}


def check_versions(segment: Json, days: Sequence[Stretch], manifest: Json) -> None:
    """Slices of a segment were sealed under its own contract version."""
    start, end = instant(segment["start"]), min(instant(segment["end"]), instant(manifest["until"]))
    for stretch in days:
        line = stretch.line
        first = instant(line["first"])
        last = first + (line["slices"] - 1) * line["slice_s"] * SECOND
        if first < end and last >= start and line["contract"] != segment["contract"]:
            inside = start <= first < end
            expect(
                not inside,
                f"computation.json, contract {segment['number']}",
                f"{line['first']} was sealed under another",
            )


def check_month(manifest: Json) -> None:
    """The month's edges in its zone, where this machine knows zones."""
    try:
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(manifest["timezone"])
    except Exception:  # a machine without zones is no fault of the file
        return
    year, month = map(int, manifest["month"].split("-"))
    edges = ((year, month), (year + month // 12, month % 12 + 1))
    start, end = (datetime(*edge, 1, tzinfo=zone).astimezone(timezone.utc) for edge in edges)
    told = (instant(manifest["start"]), instant(manifest["end"]))
    expect(
        (start, end) == told, "manifest.json", f"{manifest['month']} is not {manifest['start']} to {manifest['end']}"
    )


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
    for currency, minor in found["credits"].items():
        places = EXPONENTS.get(currency, 2)
        whole_units, rest = divmod(minor, 10**places)
        amount = f"{whole_units}.{rest:0{places}d}" if places else str(whole_units)
        yield f"Credit: {currency} {amount}."


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
