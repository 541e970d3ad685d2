"""What the words mean, and how time and figures are counted, wherever the agreement uses them."""

from __future__ import annotations

from tallylight.contracts.agreement import Agreement, Answer
from tallylight.contracts.text import names
from tallylight.contracts.text.words import Words
from tallylight.typeset.api import Clause, Definition, Definitions, Section

KEY = "definitions"


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that defines terms and conventions."""
    return Section(
        KEY,
        words.gettext("Definitions and how time is counted"),
        (
            Clause(words.gettext("In this agreement the following terms have the meanings given here.")),
            Definitions((*_cases(agreement, words), *_network(words))),
            *_time(agreement, words),
        ),
    )


def _cases(agreement: Agreement, words: Words) -> tuple[Definition, ...]:
    return (
        Definition(
            words.gettext("Case"),
            words.gettext(
                "means a question, request or complaint of the Customer, or an incident that affects the Customer, "
                "whoever noticed it first. A case begins at the instant at which the Customer’s message or the "
                "Provider’s own alert reaches the Provider’s systems."
            ),
        ),
        Definition(words.gettext("Response"), _response(agreement, words)),
        Definition(
            words.gettext("Update"),
            words.gettext(
                "means a message to the Customer on a case that says what is known, what is being done and when the "
                "next message follows. Each update starts the time for the next one, until the case is resolved."
            ),
        ),
        Definition(
            words.gettext("Mitigation"),
            words.gettext("means that viewers no longer feel the incident, although its cause may remain."),
        ),
        Definition(
            words.gettext("Resolution"),
            words.gettext(
                "means that the service works again as promised, or that the question or request has been answered "
                "or carried out, and that the Customer has been told so. A case that the Customer reopens with good "
                "cause is unresolved again and keeps the time it has used."
            ),
        ),
    )


def _response(agreement: Agreement, words: Words) -> str:
    """What counts as a response; some levels may ask for more."""
    sentences = [words.gettext("means that a person of the Provider who is able to act has taken on the case by name.")]
    written = [each.level for each in agreement.support if each.answer is Answer.ANSWERED]
    if written:
        sentences.append(
            words.gettext(
                "In cases of the level %(levels)s that person has also written to the Customer what is done next.",
                levels=names.levels(words, written),
            )
        )
    sentences.append(words.gettext("An automatic message is never a response."))
    return words.joined(sentences)


def _network(words: Words) -> tuple[Definition, ...]:
    return (
        Definition(
            words.gettext("Node and region"),
            words.gettext(
                "a node is a server of the Provider that serves viewers; a region is the group of nodes that bears "
                "its name in this agreement."
            ),
        ),
        Definition(
            words.gettext("Probe packet"),
            words.gettext(
                "means a packet that the Provider’s nodes send one another to measure the network (STAMP, RFC 8762). "
                "A probe packet without an answer within its waiting time is lost."
            ),
        ),
        Definition(
            words.gettext("Alert and incident"),
            words.gettext(
                "an alert is a finding of the Provider’s monitoring; an incident is one or more alerts with a common "
                "cause or in a common region."
            ),
        ),
        Definition(
            words.gettext("Slice"),
            words.gettext(
                "means a stretch of time of the stated length by which the service is judged. Slices follow one "
                "another without a gap."
            ),
        ),
    )


def _time(agreement: Agreement, words: Words) -> tuple[Clause, ...]:
    return (
        Clause(
            words.gettext(
                "Periods of time are half-open: they include their first instant and exclude their last. What "
                "happens at the very instant at which something is due is in time."
            )
        ),
        Clause(
            words.gettext(
                "Periods given in seconds, minutes or hours are counted in elapsed seconds. In them, a day is "
                "%(hours)s hours long.",
                hours=words.number(24),
            )
        ),
        Clause(
            words.gettext(
                "Periods given in calendar days or months are counted in whole days of the time zone %(zone)s. The "
                "day on which the event falls that starts the period is not counted, and the period ends with the "
                "end of its last day. A period of months ends on the day of the month that bears the same number, or "
                "on the last day of a month that has no such day. A month, where nothing else is said, is a calendar "
                "month.",
                zone=agreement.timezone,
            )
        ),
        Clause(
            words.gettext(
                "Percentages, bounds and amounts are exact as written. A figure that equals its bound is within it, "
                "except where this agreement says “above” or “below”. Nothing is rounded before the end of a "
                "computation."
            )
        ),
    )
