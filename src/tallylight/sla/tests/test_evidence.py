"""Evidence can be recomputed by anybody, and whatever is changed in it is named."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tallylight.accounts import api as accounts
from tallylight.contracts import api as contracts
from tallylight.contracts.tests.test_signing import viewer
from tallylight.kernel.money import Money
from tallylight.sla import api
from tallylight.sla.chain import canonical, sha256
from tallylight.sla.errors import NothingSealed
from tallylight.sla.evidence import keys
from tallylight.sla.evidence import verify_tallylight_evidence as verifier
from tallylight.sla.evidence.bundle import pack, readable
from tallylight.sla.evidence.export import VERIFIER, evidence_of, verifier_text
from tallylight.sla.models import BrokenPromise
from tallylight.sla.tests.conftest import DAY, MINUTE, measure
from tallylight.sla.tests.test_month import manager
from tallylight.sla.tests.test_sealing import SEALED, customer, seal, short, source
from tallylight.sla.tests.uses import use
from tallylight.telemetry.history.client import History

__all__ = ["short"]
pytestmark = pytest.mark.django_db

Files = dict[str, bytes]
#: A day after the month has ended in Singapore and its last day is sealed.
MONTH_SEALED = DAY + timedelta(days=24)


@pytest.fixture
def told(short: UUID, tmp_path: Path) -> Path:
    """Two sealed days of June, with an exclusion in them, as a file."""
    by, _ = manager()
    api.exclude(use(reason="announced maintenance"), organisation_id=short, by=by, now=SEALED - timedelta(days=10))
    seal(short)
    made = evidence_of(short, "2026-06", now=SEALED)
    path = tmp_path / made.name
    path.write_bytes(made.octets)
    return path


_KEPT: dict[str, bytes] = {}


@pytest.fixture
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same file, made once for all who only change it."""
    if not _KEPT:
        made = request.getfixturevalue("told")
        _KEPT[made.name] = made.read_bytes()
    ((name, octets),) = _KEPT.items()
    (tmp_path / name).write_bytes(octets)
    return tmp_path / name


def parts(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, files: Files) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, octets in files.items():
            archive.writestr(name, octets)
    path.write_bytes(buffer.getvalue())


def test_a_month_is_recomputed_to_the_cent(short: UUID, tmp_path: Path) -> None:
    seal(short, MONTH_SEALED)
    made = evidence_of(short, "2026-06", now=MONTH_SEALED)
    (tmp_path / made.name).write_bytes(made.octets)
    found = verifier.verify(str(tmp_path / made.name))
    report = api.month_report(short, "2026-06", MONTH_SEALED)
    assert found["complete"]
    assert [Money(minor, currency) for currency, minor in found["credits"].items()] == list(report.credits)
    # Three objectives in two regions, over the UTC days from the end of the ninth to the last of June.
    assert found["slices"] == 6 * (8 * 60 + 21 * 1440)
    assert report.credits[0].minor > 0


def test_a_month_that_runs_is_told_as_far_as_it_is_sealed(told: Path) -> None:
    found = verifier.verify(str(told))
    assert (found["complete"], found["until"]) == (False, "2026-06-11T00:00:00Z")
    assert found["credits"] == {"USD": 84_000}


def test_the_same_facts_make_the_same_bytes(told: Path, short: UUID) -> None:
    assert evidence_of(short, "2026-06", now=SEALED + timedelta(hours=5)).octets == told.read_bytes()


def test_a_month_without_a_sealed_day_has_no_evidence_yet(short: UUID) -> None:
    with pytest.raises(NothingSealed):
        evidence_of(short, "2026-06", now=SEALED)


def test_two_versions_and_late_data_are_told_too(short: UUID, history: History, tmp_path: Path) -> None:
    tighter = source("astra-voice", ("at_most: 200ms", "at_most: 50ms"))
    contracts.put_in_force(short, tighter, None, DAY + 10 * MINUTE + timedelta(seconds=5))
    seal(short)
    measure(history, DAY + 12 * MINUTE, slow=True, dead=False)
    seal(short, SEALED + timedelta(days=1))
    path = tmp_path / "evidence.zip"
    path.write_bytes(evidence_of(short, "2026-06", now=SEALED).octets)
    found = verifier.verify(str(path))
    report = api.month_report(short, "2026-06", SEALED)
    assert len(report.segments) == 2
    assert found["credits"] == {each.currency: each.minor for each in report.credits}
    assert any("-correction-" in name for name in parts(path))
    write(path, {name: octets for name, octets in parts(path).items() if "-correction-" not in name})
    with pytest.raises(verifier.Mismatch, match=r"-correction-\d.txt: it is missing"):
        verifier.verify(str(path))


def test_the_published_program_needs_nothing_but_python(kept: Path) -> None:
    program = kept.parent / VERIFIER
    program.write_bytes(parts(kept)[VERIFIER])
    command = [sys.executable, "-I", "-S", str(program), str(kept)]
    ran = subprocess.run(command, capture_output=True, text=True, env={}, cwd=kept.parent, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Credit: USD 840.00." in ran.stdout
    write(kept, parts(kept) | {"exclusions.json": b"[]\n"})
    ran = subprocess.run(command, capture_output=True, text=True, env={}, cwd=kept.parent, check=False)
    assert (ran.returncode, ran.stdout) == (
        1,
        "exclusions.json: it was changed: its SHA-256 is not that of the manifest\n",
    )
    kept.write_bytes(b"no zip")
    ran = subprocess.run(command, capture_output=True, text=True, env={}, cwd=kept.parent, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert verifier_text() == program.read_bytes()


def test_only_the_trusted_key_passes(told: Path, short: UUID) -> None:
    mine = keys.published(now=SEALED)[0].public
    assert verifier.verify(str(told), mine)["key"] == mine
    with pytest.raises(verifier.Mismatch, match="not with the key you trust"):
        verifier.verify(str(told), "00" * 32)


def test_a_retired_key_stays_published_and_what_it_signed_stays_true(told: Path, short: UUID) -> None:
    old = keys.published(now=SEALED)[0].public
    new = keys.rotate(now=SEALED).public
    known = {key.public: key.retired_at for key in keys.published(now=SEALED)}
    assert (known[old], known[new]) == (SEALED, None)
    assert verifier.verify(str(told), old)["key"] == old
    told.write_bytes(evidence_of(short, "2026-06", now=SEALED).octets)
    assert verifier.verify(str(told), new)["key"] == new


# A forger without the key is stopped by the signature. The tests below give the forger the key: then the hashes speak.

Change = Callable[[Files], Any]


def text(name: str, old: str, new: str) -> Change:
    def change(files: Files) -> None:
        full = next(each for each in files if each.startswith(name) and old in files[each].decode())
        files[full] = files[full].decode().replace(old, new, 1).encode()

    return change


def without(name: str) -> Change:
    return lambda files: files.pop(next(each for each in files if each.startswith(name)))


def rechained(change: Change) -> Change:
    """As `change`, with every hash in the chain made anew, so that only the rules can tell."""

    def changed(files: Files) -> None:
        change(files)
        facts = json.loads(files["manifest.json"])
        renamed = {}
        for name in [each for each in files if each.startswith("series/")]:
            renamed[name[7:-4]] = sha256(files[name])
            files[f"series/{renamed[name[7:-4]]}.csv"] = files.pop(name)
        after, bodies = facts["chain"]["after"], []
        for body in files["chain.jsonl"].decode().splitlines():
            link = json.loads(body)
            link["after"] = after
            if link["lines"]:
                texts = files[f"verdicts/{link['day']}.txt"].decode()
                link["verdicts"] = sha256(texts)
                for line, letters in zip(link["lines"], texts.splitlines(), strict=True):
                    line["series"] = renamed[line["series"]]
                    line |= {
                        w: letters.count(c) for w, c in zip(("good", "bad", "unknown", "excluded"), "gbux", strict=True)
                    }
            bodies.append(canonical(link))
            after = sha256(bodies[-1])
        files["chain.jsonl"] = "".join(body + "\n" for body in bodies).encode()
        facts["chain"]["head"] = after
        files["manifest.json"] = readable(facts)

    return changed


def computed(change: Callable[[Any], object]) -> Change:
    def changed(files: Files) -> None:
        value = json.loads(files["computation.json"])
        change(value)
        files["computation.json"] = readable(value)

    return changed


def credit_of(value: Any) -> Any:
    return value["segments"][0]["credit"]


TAMPERINGS: dict[str, tuple[Change, str]] = {
    "a verdict": (text("verdicts/", "b", "g"), "verdicts/2026-06-10.txt: it is not the one that was sealed"),
    "a figure": (text("series/", "350.0", "150.0"), r"series/\w+.csv: it is not the one that was sealed"),
    "a link": (text("chain.jsonl", '"bad":4', '"bad":3'), "chain.jsonl: it does not end where the manifest says"),
    "an earlier link": (text("chain.jsonl", '"slices":480', '"slices":481'), "chain.jsonl, link 2: it does not follow"),
    "the first link": (
        text("chain.jsonl", '"number":1', '"number":7'),
        "chain.jsonl, link 1: it calls itself number 7",
    ),
    "no verdicts": (without("verdicts/"), r"verdicts/2026-06-\d\d.txt: it is missing"),
    "no series": (without("series/"), r"series/\w+.csv: it is missing"),
    "a term": (
        text("contracts/", '"at_most":"200ms"', '"at_most":"400ms"'),
        "its SHA-256 is not the one it is pinned by",
    ),
    "a fee": (text("contracts/", "2400.00 USD", "2300.00 USD"), "its SHA-256 is not the one it is pinned by"),
    "a reason": (
        text("exclusions.json", "announced", "unannounced"),
        "exclusions.json, 'unannounced maintenance' from",
    ),
    "an end": (text("exclusions.json", "T16:07:00Z", "T16:09:00Z"), "it does not stand in the chain like this"),
    "an approver": (text("exclusions.json", '"approver": "P"', '"approver": ""'), "nobody approved it"),
    "no exclusion": (lambda files: files.update({"exclusions.json": b"[]\n"}), "that stands in the chain is left out"),
    "a count": (
        computed(lambda v: v["segments"][0]["rows"][1]["counts"].update(bad=1)),
        "latency in ap-southeast|availability",
    ),
    "a row": (computed(lambda v: v["segments"][0]["rows"].pop()), "loss in us-east: it is missing or out of order"),
    "a percentage": (
        computed(lambda v: credit_of(v).update(percent="10")),
        "computation.json, credit under contract .*50 %",
    ),
    "an amount": (
        computed(lambda v: credit_of(v)["amount"].update(minor=1)),
        "what is owed is 84000 minor units of USD, not 1 of USD",
    ),
    "a part": (computed(lambda v: v["segments"][0]["part"].update(minutes=43_200)), "applies to 30240 minutes"),
    "a month": (computed(lambda v: v["segments"][0]["part"].update(of=30_240)), "the month has 43200 minutes"),
    "a sum": (computed(lambda v: v["credits"][0].update(minor=5)), "together it is 84000"),
    "a verdict, rechained": (rechained(text("verdicts/2026-06-10", "b", "g")), "it was sealed as good; .* is bad"),
    "a figure, rechained": (
        rechained(text("series/", "350.0", "150.0")),
        "latency in .* at .*: it was sealed as bad; 150.0",
    ),
    "a time, rechained": (
        rechained(text("series/", "T16:05:00Z", "T16:06:00Z")),
        r"row \d+ is of .*T16:06:00Z, not of",
    ),
    "a hidden slice": (
        rechained(text("verdicts/2026-06-10", "b", "")),
        "its letters are not those that the link counts",
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_whatever_is_changed_is_named(kept: Path, tampering: str) -> None:
    change, named = TAMPERINGS[tampering]
    files = parts(kept)
    change(files)
    facts = json.loads(files.pop("manifest.json"))
    for word in ("schema", "key", "files"):
        facts.pop(word)
    files.pop("manifest.sig")
    kept.write_bytes(pack(facts, files, keys.signer(now=SEALED)))
    with pytest.raises(verifier.Mismatch, match=named):
        verifier.verify(str(kept))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            text("manifest.json", "astra-voice", "astra-noise"),
            "manifest.sig: the signature is not one of manifest.json",
        ),
        (text("README.txt", "This file", "That file"), "README.txt: it was changed"),
        (without("README.txt"), "README.txt: it is missing"),
        (lambda files: files.update({"more.txt": b"more"}), "more.txt: it is not in the manifest"),
        (lambda files: files.update({"manifest.sig": base64.b64encode(bytes(64))}), "manifest.sig: the signature"),
    ],
)
def test_without_the_key_nothing_can_be_changed_at_all(kept: Path, change: Change, named: str) -> None:
    files = parts(kept)
    change(files)
    write(kept, files)
    with pytest.raises(verifier.Mismatch, match=named):
        verifier.verify(str(kept))


def test_a_stranger_s_signature_is_no_signature(kept: Path) -> None:
    files = parts(kept)
    signature = Ed25519PrivateKey.generate().sign(files["manifest.json"])
    write(kept, files | {"manifest.sig": base64.b64encode(signature)})
    with pytest.raises(verifier.Mismatch, match=r"manifest\.sig"):
        verifier.verify(str(kept))


def test_a_customer_has_a_chain_of_its_own(told: Path) -> None:
    other = customer("pop-show")
    seal(other)
    theirs = parts(told)
    path = told.parent / "other.zip"
    path.write_bytes(evidence_of(other, "2026-06", now=SEALED).octets)
    mine = parts(path)
    facts = json.loads(mine["manifest.json"])
    mine["chain.jsonl"] = theirs["chain.jsonl"]
    facts["chain"] = json.loads(theirs["manifest.json"])["chain"]
    for word in ("schema", "key", "files"):
        facts.pop(word)
    keep = {name: octets for name, octets in mine.items() if not name.startswith("manifest.")}
    path.write_bytes(pack(facts, keep, keys.signer(now=SEALED)))
    with pytest.raises(verifier.Mismatch, match="another organisation"):
        verifier.verify(str(path))


BROKEN_EARN = """  misses:
    - { level: fault, clock: response, credit: 5%, most: 10% }
"""


def signed_contract(organisation: UUID, text: str) -> str:
    """The hash of a contract that both sides signed an hour before it applies."""
    accounts.create_organisation("tallylight", "T", accounts.OrganisationKind.PROVIDER)
    omar = viewer("omar@tallylight.example", "tallylight", accounts.Role.MANAGER)
    li = viewer("li@astra.example", "astra-voice", accounts.Role.MEMBER, signatory=True)
    proposal = contracts.propose(omar, organisation, text, now=DAY - timedelta(hours=2))
    for who in (omar, li):
        hand = contracts.Hand(proposal.sha256, who.name, "Director", "en")
        contracts.sign(who, proposal.id, hand, now=DAY - timedelta(hours=1))
    return proposal.sha256


def test_the_hands_of_both_sides_and_broken_promises_are_in_the_file(
    lumen: UUID, history: History, tmp_path: Path
) -> None:
    id_ = accounts.create_organisation("astra-voice", "Astra Voice", accounts.OrganisationKind.CUSTOMER)
    signed = signed_contract(id_, source("astra-voice", ("  misses:\n", BROKEN_EARN)))
    for clock in ("response", "resolution"):
        due = DAY + 10 * MINUTE
        BrokenPromise.objects.create(
            organisation_id=id_, subject=id_, case="C-7", clock=clock, level="fault", due_at=due, news=1
        )
    seal(id_, MONTH_SEALED)
    path = tmp_path / "evidence.zip"
    path.write_bytes(evidence_of(id_, "2026-06", now=MONTH_SEALED).octets)
    found, report = verifier.verify(str(path)), api.month_report(id_, "2026-06", MONTH_SEALED)
    assert found["credits"] == {each.currency: each.minor for each in report.credits}
    assert (found["broken_promises"], found["on_paper"]) == (2, 0)
    (version,) = json.loads(parts(path)["signatures.json"])
    assert sorted((hand["side"], hand["sha256"]) for hand in version["signatures"]) == [
        ("customer", signed),
        ("provider", signed),
    ]
    assert [each["clock"] for each in json.loads(parts(path)["promises.json"])] == ["resolution", "response"]
