"""What people wrote anew, in the ways in which programs quote."""

from __future__ import annotations

import pytest

from tallylight.channels.mail.quotes import newly_written

NEW = "Still bad in Singapore.\nSince 21:04."


@pytest.mark.parametrize(
    "quote",
    [
        "On Mon, 23 Nov 2026 at 09:30, Ana Ruiz <ana@desk.example> wrote:\n> Is it better now?",
        "On Mon, 23 Nov 2026 at 09:30, Ana Ruiz with a long name\n<ana@desk.example> wrote:\n> Is it better now?",
        "Am 23.11.2026 um 09:30 schrieb Ana Ruiz <ana@desk.example>:\n> Ist es besser?",
        "Am Mo., 23. Nov. 2026 um 09:30 Uhr schrieb Ana Ruiz <\nana@desk.example>:\n> Ist es besser?",
        "Le lun. 23 nov. 2026 à 09:30, Ana Ruiz <ana@desk.example> a écrit :\n> Est-ce mieux ?",
        "El lun, 23 nov 2026 a las 9:30, Ana Ruiz (<ana@desk.example>) escribió:\n> ¿Va mejor?",
        "2026年11月23日(月) 9:30 Ana Ruiz <ana@desk.example>:\n> よくなりましたか",
        "2026年11月23日 下午9:30，Ana Ruiz <ana@desk.example> 写道：\n> 好些了吗",
        '在 2026-11-23 21:30:00，"Ana Ruiz" <ana@desk.example> 写道：\n> 好些了吗',
        "Ana Ruiz <ana@desk.example> 于2026年11月23日周一 21:30写道：\n> 好些了吗",
        '------------------ 原始邮件 ------------------\n发件人: "Ana" <ana@desk.example>;\n发送时间: 2026年11月23日\n好些了吗',
        "发件人：Ana\n发送时间：2026年11月23日\n收件人：Mia\n主题：卡顿\n\n好些了吗",
        "-----Original Message-----\nFrom: Ana Ruiz\nSent: Monday\nTo: Mia\nSubject: Stutter\n\nIs it better now?",
        "-----Ursprüngliche Nachricht-----\nVon: Ana Ruiz\nGesendet: Montag\nAn: Mia\nBetreff: Stottern\n\nBesser?",
        "From: Ana Ruiz <ana@desk.example>\nSent: Monday, 23 November 2026 09:30\nTo: Mia\nSubject: Stutter\n\nIs it better?",
        "> Is it better now?\n> Ana",
    ],
)
def test_the_quote_below_is_left_out(quote: str) -> None:
    assert newly_written(f"{NEW}\n\n{quote}\n") == NEW


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nMia Tan\nLumen Live",
        "Best regards,\nMia",
        "Mit freundlichen Grüßen\nMia",
        "Saludos,\nMia",
        "Sent from my iPhone",
        "谢谢，\n米亚",
    ],
)
def test_the_signature_is_left_out(signature: str) -> None:
    assert newly_written(f"{NEW}\n\n{signature}\n") == NEW


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\nThank you, but it is still broken: every stream in Singapore freezes\nfor two seconds.",
        "What we saw:\n- freezes in Singapore\n- none in Frankfurt",
        "Steps:\n/opt/player --trace\n/opt/player --again",
        "On Monday it was fine.\nOn Tuesday it froze.",
        "Subject: to change\nWe move the show to nine.",
    ],
)
def test_what_only_looks_like_a_quote_or_a_farewell_stays(text: str) -> None:
    assert newly_written(text) == text


def test_an_answer_below_the_quote_is_found() -> None:
    text = f"On Mon, 23 Nov 2026 at 09:30, Ana Ruiz <ana@desk.example> wrote:\n> Is it better now?\n\n{NEW}"
    assert newly_written(text) == NEW


def test_answers_between_the_lines_keep_what_they_answer() -> None:
    text = "> Where?\nSingapore.\n> Since when?\n21:04."
    assert newly_written(text) == "Singapore.\n> Since when?\n21:04."


def test_a_message_that_is_all_quote_is_kept_rather_than_lost() -> None:
    assert newly_written("> see below") == "> see below"


def test_text_made_to_keep_patterns_busy_comes_to_an_end() -> None:
    """Patterns that went back over what they read would not be done when the run's own limit for a test comes."""
    for text in (
        "On " + "a " * 480 + "\n",
        "From:" * 190 + "\n",
        "_" * 999 + "\n",
        " \n",
        "\x0b\n\t\n",
        "a\n\n",
        "> " * 490 + "\n",
    ):
        made = text * (20_000 // len(text))
        assert len(newly_written(made)) <= len(made)
