"""What changed in a month between one edition of its report and the next. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from tallylight.reports.figures import Figures, taken_out
from tallylight.reports.parts.closing import exclusion_reason, exclusion_region
from tallylight.reports.saying import Saying
from tallylight.typeset.api import Clause, Section

KEY = "changes"


def write(say: Saying, number: int, before: Figures, now: Figures) -> Section:
    """The part that says what is different from edition `number`, whose figures were `before`."""
    title = say.words.gettext("What changed since edition %(number)s", number=say.words.number(number))
    return Section(KEY, title, tuple(map(Clause, changes(say, before, now))), numbered=False)


def changes(say: Saying, before: Figures, now: Figures) -> list[str]:
    """Every difference as a sentence; credits first."""
    found = [
        *_claimed(say, before, now),
        *_credits(say, before, now),
        *_rows(say, before, now),
        *_support(say, before, now),
        *_out(say, before),
    ]
    return found or [say.words.gettext("Slices were counted anew; no result and no credit is another.")]


def _credits(say: Saying, before: Figures, now: Figures) -> Iterator[str]:
    was, is_ = (say.words.listed(each["credits"]) for each in (before, now))
    if was != is_:
        yield say.words.gettext("The credit was %(before)s and is %(after)s now.", before=was, after=is_)


def _claimed(say: Saying, before: Figures, now: Figures) -> Iterator[str]:
    if "claimed" in now and "claimed" not in before:
        yield say.words.gettext("The credit was claimed: %(amount)s.", amount=say.words.listed(now["claimed"]))


def _rows(say: Saying, before: Figures, now: Figures) -> Iterator[str]:
    names, old = say.names(), dict(_by_place(before))
    for place, row in _by_place(now):
        was, name = old.get(place), str(row["objective"])
        if was == row:
            continue
        facts = {"objective": names.get(name, name), "region": say.region(row["region"])}
        if was is None or was["attained"] != row["attained"]:
            shares = {"before": _share(say, was), "after": _share(say, row)}
            yield say.words.gettext(
                "%(objective)s in %(region)s: the attainment was %(before)s and is %(after)s now.", **facts, **shares
            )
        else:
            counts = {"before": say.words.number(was["bad"]), "after": say.words.number(row["bad"])}
            yield say.words.gettext(
                "%(objective)s in %(region)s: %(before)s slices were bad and %(after)s are now; the attainment is the same.",
                **facts,
                **counts,
            )


def _by_place(found: Figures) -> Iterator[tuple[tuple[str, str, str], Figures]]:
    for part in found["parts"]:
        for row in part["rows"]:
            yield (part["contract"], row["objective"], row["region"]), row


def _share(say: Saying, row: Figures | None) -> str:
    if row is None or row["attained"] is None:
        return say.words.gettext("not measured")
    return say.words.percent(float(row["attained"]))


def _support(say: Saying, before: Figures, now: Figures) -> Iterator[str]:
    was, is_ = (sum(not due["kept"] for due in each["support"]) for each in (before, now))
    if was != is_:
        facts = {"before": say.words.number(was), "after": say.words.number(is_)}
        yield say.words.gettext("Broken support promises: %(before)s before, %(after)s now.", **facts)
    elif before["support"] != now["support"]:
        yield say.words.gettext("What is known of the support promises was corrected; as many are broken as before.")


def _out(say: Saying, before: Figures) -> Iterator[str]:
    """Each exclusion that the edition before did not know, with its reason and who approved it; none is ever taken back."""
    for each in say.month.taken_out:
        if taken_out(each) not in before["taken_out"]:
            yield say.words.gettext(
                "Taken out of the count, from %(start)s to %(end)s, %(region)s: %(why)s. Approved by %(approver)s on %(day)s.",
                start=say.at(each.starts_at),
                end=say.at(each.ends_at),
                region=exclusion_region(say, each),
                why=exclusion_reason(say, each),
                approver=each.approver,
                day=say.day(each.approved_at),
            )
