"""What the text says in particular cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from tallylight.contracts.agreement import Agreement, Answer, Attain, Level
from tallylight.contracts.tests.text.samples import everything, example, plain, usd
from tallylight.contracts.text import agreement_text
from tallylight.contracts.text.words import NO_BREAK
from tallylight.typeset.api import Clause, Document, Language, Signatures, Table

HASH = "cd" * 32


def text(of: Agreement, language: Language = "en") -> Document:
    return agreement_text(of, language, sha256=HASH, source="number: X\n")


def told(of: Agreement, key: str) -> str:
    """One part of the text in English."""
    document = text(of)
    [section] = [each for each in document.sections if each.key == key]
    return "\n".join(replace(document, sections=(section,)).texts()).replace(NO_BREAK, " ")


@pytest.mark.parametrize("language", get_args(Language))
def test_no_part_is_empty_and_both_sides_sign_at_the_end(language: Language) -> None:
    document = text(example("starter"), language)
    assert all(section.blocks for section in document.sections)
    [signatures] = [block for block in document.sections[-1].blocks if isinstance(block, Signatures)]
    assert [side.name for side in signatures.sides] == ["Lumen Live", "Tallylight Networks"]


def test_both_languages_have_the_same_clauses() -> None:
    def shape(language: Language) -> list[tuple[str, list[tuple[type, int]]]]:
        return [
            (
                section.key,
                [(type(block), len(block.items) if isinstance(block, Clause) else 0) for block in section.blocks],
            )
            for section in text(everything(), language).sections
        ]

    assert shape("en") == shape("zh-Hans")


def test_what_is_not_agreed_is_not_spoken_of() -> None:
    keys = {section.key for section in text(plain()).sections}
    assert keys.isdisjoint({"capacity", "privacy"})
    assert {"capacity", "privacy"} <= {section.key for section in text(everything()).sections}


def test_a_part_that_is_left_out_moves_the_numbers_of_all_references() -> None:
    bare, full = text(plain()), text(everything())
    assert bare.number_of("fees") != full.number_of("fees")
    assert f"clause {bare.number_of('fees')}" in told(plain(), "credits")
    assert f"clause {full.number_of('fees')}" in told(everything(), "credits")


def test_what_counts_as_a_response_follows_each_level() -> None:
    bare = plain()
    assert "has also written" not in told(bare, "definitions")
    support = tuple(
        replace(each, answer=Answer.ANSWERED) if each.level is Level.MAJOR else each for each in bare.support
    )
    assert "In cases of the level “major” that person has also written" in told(
        replace(bare, support=support), "definitions"
    )


def test_credits_are_worked_out_on_the_fees_where_every_amount_is_exact() -> None:
    plain = example("starter")
    said = told(plain, "credits")
    assert "Credit on a base of USD 2,400.00" in said
    assert all(amount in said for amount in ("USD 240.00", "USD 600.00", "USD 1,200.00"))
    assert "Credit on a base" not in told(replace(plain, monthly_fee=usd("0.05")), "credits")


def test_a_mean_knows_no_rows_of_slices() -> None:
    plain = example("starter")
    rows = replace(plain.objectives[0], at_least_for=timedelta(minutes=10))
    assert "in a shorter row" in told(replace(plain, objectives=(rows,)), "objectives")
    mean = replace(rows, attain=Attain.MEAN)
    assert "in a shorter row" not in told(replace(plain, objectives=(mean,)), "objectives")


def test_a_step_says_whom_it_calls_in_the_order_in_which_they_are_tried() -> None:
    first, *others = example("starter").support
    step = replace(first.ladder[0], person="ana@x.example", schedule="front", role="agent")
    called = replace(example("starter"), support=(replace(first, ladder=(step,)), *others))
    words = told(called, "escalation")
    assert "ana@x.example, otherwise: whoever is on call by the schedule “front”, otherwise: " in words
    assert "is tried in the order in which it is written" in words
    team = replace(step, person=None, schedule=None, role=None, team="network")
    assert "the people of the team “network”" in told(
        replace(called, support=(replace(first, ladder=(team,)), *others)), "escalation"
    )


def test_a_contract_without_schedules_and_teams_reads_as_it_was_signed() -> None:
    assert "on-call schedule" not in told(example("starter"), "escalation")


def test_levels_that_share_a_ladder_share_its_table() -> None:
    def tables(of: Agreement) -> int:
        [section] = [each for each in text(of).sections if each.key == "escalation"]
        return sum(isinstance(block, Table) for block in section.blocks)

    assert tables(example("starter")) == 1
    assert tables(example("key-account")) == 3, "the contract's, and those of faults and of major cases"
