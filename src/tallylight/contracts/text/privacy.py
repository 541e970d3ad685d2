"""Personal data: which, where, how long, under which laws, and who else handles them."""

from __future__ import annotations

from collections.abc import Iterator

from tallylight.contracts.agreement import Agreement
from tallylight.contracts.commercial import Privacy, Regime
from tallylight.contracts.text.words import Words
from tallylight.kernel.errors import gettext_noop as _
from tallylight.typeset.api import Align, Block, Clause, Column, Section, Table

KEY = "privacy"

REGIMES = {
    Regime.GDPR: _("the General Data Protection Regulation of the European Union (Regulation (EU) 2016/679)"),
    Regime.UK_GDPR: _("the UK General Data Protection Regulation and the Data Protection Act 2018"),
    Regime.CCPA: _("the California Consumer Privacy Act"),
    Regime.PIPL: _("the Personal Information Protection Law of the People’s Republic of China"),
}


def said(agreement: Agreement) -> bool:
    """Whether anything is agreed on personal data."""
    return agreement.privacy is not None


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text on personal data."""
    privacy = agreement.privacy
    assert privacy is not None  # noqa: S101 - `said` was asked
    blocks = (
        *_what(privacy, words),
        *_where(privacy, words),
        *_how_long(privacy, words),
        *_others(privacy, words),
        *_duties(privacy, words),
    )
    return Section(KEY, words.gettext("Privacy and personal data"), blocks)


def _what(privacy: Privacy, words: Words) -> Iterator[Block]:
    yield Clause(
        words.gettext(
            "The Provider processes personal data only on behalf of the Customer, on the Customer’s instructions and "
            "for the purposes of this agreement. The Customer decides on purposes and means."
        )
    )
    if privacy.regimes:
        yield Clause(
            words.gettext("Both parties observe the following laws, as far as they apply:"),
            items=tuple(words.gettext(REGIMES[each]) for each in privacy.regimes),
        )
    if privacy.categories:
        yield Clause(
            words.gettext(
                "The data are of these categories and no others: %(categories)s.",
                categories=words.listed(privacy.categories),
            )
        )


def _where(privacy: Privacy, words: Words) -> Iterator[Block]:
    if privacy.residency:
        yield Clause(
            words.gettext(
                "The data are stored only in the following regions: %(regions)s.",
                regions=words.listed(privacy.residency),
            )
        )
    if not privacy.transfers:
        yield Clause(words.gettext("No data are transferred to any other region."))
        return
    yield Clause(
        words.gettext("Data are transferred only as follows:"),
        items=tuple(
            words.gettext(
                "from %(source)s to %(target)s, on this basis: %(basis)s",
                source=each.source,
                target=each.target,
                basis=words.said(each.basis),
            )
            for each in privacy.transfers
        ),
    )


def _how_long(privacy: Privacy, words: Words) -> Iterator[Block]:
    if privacy.retention:
        yield Clause(
            words.gettext(
                "Data of the following categories are deleted when the stated period has passed since they arose."
            )
        )
        yield Table(
            (Column(words.gettext("Category"), width=2), Column(words.gettext("Kept for"), Align.END)),
            tuple((each.category, words.days(each.days)) for each in privacy.retention),
        )
    yield Clause(
        words.gettext(
            "Once this agreement has ended, or the Customer asks for it, all personal data are deleted within "
            "%(days)s, except for what the law requires to be kept longer.",
            days=words.days(privacy.deletion_days),
        )
    )


def _others(privacy: Privacy, words: Words) -> Iterator[Block]:
    if privacy.sub_processors:
        yield Clause(
            words.gettext("The Customer agrees to the following sub-processors, who are bound by the same duties.")
        )
        yield Table(
            (
                Column(words.gettext("Sub-processor"), width=1.4),
                Column(words.gettext("Purpose"), width=2),
                Column(words.gettext("Region")),
            ),
            tuple((each.name, words.said(each.purpose), each.region) for each in privacy.sub_processors),
        )
    else:
        yield Clause(words.gettext("The Provider uses no sub-processors."))
    yield Clause(
        words.gettext(
            "The Provider tells the Customer at least %(days)s before it adds or replaces a sub-processor; the "
            "Customer may object within that period.",
            days=words.days(privacy.sub_processor_notice_days),
        )
    )


def _duties(privacy: Privacy, words: Words) -> Iterator[Block]:
    yield Clause(
        words.gettext(
            "The Provider passes on to the Customer every request of a data subject that reaches it, and gives the "
            "help that the Customer asks for to answer one, within %(length)s of receiving it.",
            length=words.duration(privacy.assist_within),
        )
    )
    yield Clause(
        words.gettext(
            "The Provider tells the Customer of a personal data breach within %(length)s of becoming aware of it, "
            "with what it knows of the data concerned, the likely consequences and what has been done.",
            length=words.duration(privacy.breach_notice),
        )
    )
