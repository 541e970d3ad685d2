"""What an evidence file says in words and numbers: the month's computation, its exclusions, how to read it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tallylight.contracts.api import SignatureCard, VersionCard
from tallylight.kernel.money import Money
from tallylight.kernel.sentence import Fact, Sentence
from tallylight.sla.chain import Exempted
from tallylight.sla.columns import exact
from tallylight.sla.earned import Miss
from tallylight.sla.report import Report, Row, SegmentReport
from tallylight.sla.settlement import Settlement

#: A sentence in a language.
Say = Callable[[Sentence, str], str]
LANGUAGES = ("en", "zh-hans")

README = """\
This file proves what a month of service was worth.

    python3 verify_tallylight_evidence.py THIS-FILE.zip --key PUBLIC-KEY

The program needs Python 3.10 or newer and nothing else: no network, no account. It lies in this file, and your provider publishes
it together with the public key; if you trust nobody, take both from where they are published, and read the program first.

manifest.json      what the file is about, and the SHA-256 of everything in it
manifest.sig       the Ed25519 signature (RFC 8032) of manifest.json, in base64
chain.jsonl        a line for each sealed day; the SHA-256 of a line stands in the line after it
verdicts/          a letter for each slice: g good, b bad, u unknown, x excluded
series/            what was measured, slice by slice (CSV), with load and the share of users hit where they count
contracts/         the contract versions: as they were accepted, and in the canonical form (RFC 8785) whose SHA-256 pins them
signatures.json    who accepted the contract versions: each signature with the hash that was signed
exclusions.json    what was taken out of the count, why, and who approved it
promises.json      the support promises that were broken, as your provider recorded them: compare them with your own cases
computation.json   every step from the slices to the amount; the program checks the figures, the sentences are for reading


本文件用于证明一个月的服务质量及其对应的赔付金额。

    python3 verify_tallylight_evidence.py 本文件.zip --key 公钥

该程序只需 Python 3.10 或更高版本，无需联网，也无需账号。程序已随本文件附上，服务商也会公布该程序及公钥；
如需完全独立地核验，请使用公布的程序和公钥，并可先阅读程序源码。

manifest.json      文件说明，以及其中各文件的 SHA-256
manifest.sig       manifest.json 的 Ed25519 签名（RFC 8032），以 base64 表示
chain.jsonl        每行对应一个已封存日；每行的 SHA-256 写在其下一行中
verdicts/          每个时间片一个字母：g 达标，b 未达标，u 未知，x 已排除
series/            逐个时间片的测量值（CSV）；相关时另含负载及受影响用户的比例
contracts/         合同各版本：接受时的文本，以及以其 SHA-256 锁定版本的规范形式（RFC 8785）
signatures.json    合同各版本由谁接受：每个签名及其所签的哈希
exclusions.json    不计入统计的时段、理由及批准人
promises.json      未兑现的支持承诺，以服务商的记录为准：请与您自己的工单核对
computation.json   从时间片到金额的每一步计算；程序核验其中的数字，文字说明仅供阅读
"""


def computation(report: Report, settled: Sequence[Settlement], say: Say) -> dict[str, Any]:
    """Every step from slices to amounts, and what becomes of these."""
    return {
        "segments": [_segment(each, say) for each in report.segments],
        "credits": [_amount(each) for each in report.credits],
        "settlements": [_settlement(each) for each in settled],
    }


def exclusion(exempted: Exempted, approver: str) -> dict[str, Any]:
    """An exclusion as the chain has it, with the name of who approved it."""
    return {**exempted.told, "approver": approver}


def version(card: VersionCard, signatures: Sequence[SignatureCard]) -> dict[str, Any]:
    """A contract version and who accepted it; without signatures it was accepted on paper."""
    return {
        "contract": card.sha256,
        "number": card.number,
        "accepted_at": exact(card.accepted_at),
        "effective_from": exact(card.effective_from),
        "signatures": [_signature(each) for each in signatures],
    }


def _signature(card: SignatureCard) -> dict[str, Any]:
    return {
        "side": card.side.value,
        "person": str(card.person_id),
        "name": card.name,
        "capacity": card.capacity,
        "signed_at": exact(card.signed_at),
        "sha256": card.sha256,
        "language": card.language,
    }


def broken_promise(miss: Miss) -> dict[str, Any]:
    """A support promise that was broken."""
    return {"case": miss.case, "level": miss.level.value, "clock": miss.clock.value, "due_at": exact(miss.at)}


def shown(fact: Fact) -> str:
    """A fact as evidence writes it, in any language."""
    return exact(fact) if isinstance(fact, datetime) else str(fact)


def _segment(segment: SegmentReport, say: Say) -> dict[str, Any]:
    return {
        "start": exact(segment.start),
        "end": exact(segment.end),
        "number": segment.number,
        "contract": segment.sha256,
        "fee": _amount(segment.fee),
        "part": {"minutes": segment.part.minutes, "of": segment.part.of},
        "rows": [_row(each) for each in segment.rows],
        "broken_promises": len(segment.misses),
        "credit": {
            "amount": _amount(segment.credit.amount),
            "percent": str(segment.credit.percent),
            "steps": {language: [say(step, language) for step in segment.credit.steps] for language in LANGUAGES},
        },
    }


def _row(row: Row) -> dict[str, Any]:
    tally = row.tally
    return {
        "objective": row.objective.name,
        "region": row.region,
        "slice_s": int(row.objective.slice.total_seconds()),
        "counts": asdict(row.counts),
        "good": str(row.standing.good),
        "counted": row.standing.counted,
        "spared": tally.spared,
        "overloaded": tally.overloaded,
        "load_limit": None if tally.load_limit is None else str(tally.load_limit),
        "attained": str(row.attained) if row.attained is not None else None,
        "target": str(row.objective.target),
        "kept": row.kept,
    }


def _settlement(settled: Settlement) -> dict[str, Any]:
    return {
        "currency": settled.earned.currency,
        "earned": settled.earned.minor,
        "owed": settled.owed.minor,
        "state": settled.state.value,
        "pays": settled.pays.value,
        "until": exact(settled.until) if settled.until else None,
    }


def _amount(amount: Money) -> dict[str, Any]:
    return {"minor": amount.minor, "currency": amount.currency, "text": str(amount)}
