"""What changed in a month between one edition of its report and the next. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from tallylight.reports.figures import Figures
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
        *_credits(say, before, now),
        *_rows(say, before, now),
        *_support(say, before, now),
        *_out(say, before, now),
    ]
    return found or [say.words.gettext("Minutes were counted anew; no result and no credit is another.")]


def _credits(say: Saying, before: Figures, now: Figures) -> Iterator[str]:
    was, is_ = (say.words.listed(each["credits"]) for each in (before, now))
    if was != is_:
        yield say.words.gettext("The credit was %(before)s and is %(after)s now.", before=was, after=is_)


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


def _out(say: Saying, before: Figures, now: Figures) -> Iterator[str]:
    if before["taken_out"] != now["taken_out"]:
        facts = {"before": say.words.number(len(before["taken_out"])), "after": say.words.number(len(now["taken_out"]))}
        yield say.words.gettext("Exclusions: %(before)s before, %(after)s now.", **facts)
