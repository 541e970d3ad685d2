"""Forms about being on call. What they hold is judged by the use cases; a refusal stands beside its field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard
from tallylight.console.fields import Day, Instant
from tallylight.console.oncall.words import weekday_name
from tallylight.console.proposals import error_sentence
from tallylight.kernel.errors import TallyError
from tallylight.oncall import api
from tallylight.oncall.api import WEEKDAYS, LayerCard, LayerWanted, OnHolidays, Span, Unit

ZONES = [(zone, zone) for zone in sorted(available_timezones()) if zone != "localtime"]
#: Where a refusal belongs; others concern the form as a whole.
PLACES = {
    "schedule-name-taken": "slug",
    "no-such-zone": "zone",
    "ends-before-start": "ends_at",
    "is-past": "starts_at",
    "holidays-unknown": "country",
    "nobody-in-turn": "people",
    "not-on-staff": "people",
}


def refuse(form: forms.Form, fault: TallyError) -> None:
    """Say in the form what was refused and why. Raises the fault again where it is not about what was written."""
    if fault.status not in (400, 409):
        raise fault
    shown = {"day": weekday_name(WEEKDAYS.index(str(fault.facts["day"])))} if fault.code == "hours-unreadable" else {}
    place = str(fault.facts["day"]) if shown else PLACES.get(fault.code)
    form.add_error(place if place in form.fields else None, error_sentence(fault, **shown))


def staff_choices(people: Iterable[PersonCard]) -> list[tuple[str, str]]:
    """People by name and address."""
    return [(str(each.id), f"{each.name} · {each.email}") for each in people]


class ScheduleForm(forms.Form):
    """A schedule as it is called, and where its hand-overs are."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone of its hand-overs"),
        choices=ZONES,
        help_text=gettext_lazy("A hand-over stays at its hour there when the clocks change."),
    )
    warn_days = forms.IntegerField(
        label=gettext_lazy("Tell managers of gaps so many days ahead"),
        min_value=1,
        max_value=api.MOST_WARN_DAYS,
        initial=api.WARN_DAYS,
    )


class NewScheduleForm(ScheduleForm):
    """A schedule to be made."""

    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=63,
        help_text=gettext_lazy("Small letters, digits and hyphens. Contracts name the schedule by it; it stays."),
    )
    field_order = ("name", "slug", "zone", "warn_days")


class CoverForm(forms.Form):
    """Somebody stands in."""

    person = forms.TypedChoiceField(label=gettext_lazy("Who is on call?"), coerce=UUID)
    instead_of = forms.TypedChoiceField(
        label=gettext_lazy("In whose place?"),
        coerce=UUID,
        required=False,
        empty_value=None,
        help_text=gettext_lazy("With a name, only that person's hours are taken over."),
    )
    starts_at = Instant(label=gettext_lazy("From"))
    ends_at = Instant(label=gettext_lazy("To"))
    reason = forms.CharField(label=gettext_lazy("Why?"), max_length=500, required=False)

    def __init__(self, who: list[tuple[str, str]], everybody: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = who  # type: ignore[attr-defined]
        self.fields["instead_of"].choices = [("", _("Whoever would be")), *everybody]  # type: ignore[attr-defined]


class SwapForm(forms.Form):
    """The reader asks another to take hours of theirs, perhaps for some of the other's."""

    other = forms.TypedChoiceField(label=gettext_lazy("Whom do you ask?"), coerce=UUID)
    gives_start = Instant(label=gettext_lazy("They are on call for you from"))
    gives_end = Instant(label=gettext_lazy("To"))
    takes_start = Instant(label=gettext_lazy("You are on call for them from"), required=False)
    takes_end = Instant(
        label=gettext_lazy("To"), required=False, help_text=gettext_lazy("Leave both empty to give without taking.")
    )
    note = forms.CharField(label=gettext_lazy("Why?"), max_length=500, required=False)

    def __init__(self, others: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].choices = others  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if bool(facts.get("takes_start")) != bool(facts.get("takes_end")) and not self.errors:
            self.add_error("takes_end", _("Name both ends of what you take, or neither."))
        return facts

    def spans(self) -> tuple[Span, Span | None]:
        """What is given, and what is taken."""
        facts = self.cleaned_data
        takes = Span(facts["takes_start"], facts["takes_end"]) if facts["takes_start"] else None
        return Span(facts["gives_start"], facts["gives_end"]), takes


class ImportForm(forms.Form):
    """Overrides out of a calendar's file."""

    file = forms.FileField(
        label=gettext_lazy("iCalendar file (.ics)"),
        help_text=gettext_lazy("Events of the coming year that name one of your people become overrides."),
        widget=forms.ClearableFileInput(attrs={"accept": ".ics,text/calendar"}),
    )


class LayerForm(forms.Form):
    """A layer. People are written one address a line, in the order of their turns."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    people = forms.CharField(
        label=gettext_lazy("Who takes turns, in order?"),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("One mail address a line. The same person may have several turns."),
    )
    every = forms.IntegerField(label=gettext_lazy("A turn lasts"), min_value=1, max_value=api.MOST_EVERY, initial=1)
    unit = forms.TypedChoiceField(
        label=gettext_lazy("counted in"),
        coerce=Unit,
        choices=[
            (Unit.HOURS.value, gettext_lazy("hours")),
            (Unit.DAYS.value, gettext_lazy("days")),
            (Unit.WEEKS.value, gettext_lazy("weeks")),
        ],
        initial=Unit.WEEKS.value,
    )
    at = forms.TimeField(
        label=gettext_lazy("Hand-over at"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        initial=time(9),
    )
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Turns of weeks change on"),
        coerce=int,
        required=False,
        empty_value=None,
        choices=lambda: [("", _("the weekday of the first turn")), *((day, weekday_name(day)) for day in range(7))],
    )
    starts = Day(label=gettext_lazy("First turn on"))
    ends = Day(label=gettext_lazy("Last turn ends on"), required=False, help_text=gettext_lazy("Empty: never."))
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone of its hours"),
        required=False,
        choices=lambda: [("", _("that of the schedule")), *ZONES],
    )
    country = forms.CharField(
        label=gettext_lazy("Public holidays of"),
        max_length=2,
        required=False,
        help_text=gettext_lazy("A country's code, such as SG."),
    )
    subdivision = forms.CharField(
        label=gettext_lazy("Part of the country"),
        max_length=8,
        required=False,
        help_text=gettext_lazy("Its code, such as BY for Bavaria."),
    )
    on_holidays = forms.TypedChoiceField(
        label=gettext_lazy("On those days the layer"),
        coerce=OnHolidays,
        choices=[
            (OnHolidays.SERVES.value, gettext_lazy("serves as on other days")),
            (OnHolidays.RESTS.value, gettext_lazy("rests")),
            (OnHolidays.ONLY.value, gettext_lazy("serves then only")),
        ],
        initial=OnHolidays.SERVES.value,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day, name in enumerate(WEEKDAYS):
            self.fields[name] = forms.CharField(
                label=weekday_name(day), max_length=200, required=False, widget=forms.TextInput(attrs={"size": 24})
            )

    def days(self) -> list[forms.BoundField]:
        """The fields of the week's hours."""
        return [self[name] for name in WEEKDAYS]

    def clean_people(self) -> tuple[UUID, ...]:
        known = {each.email.casefold(): each.id for each in accounts.staff()}
        lines = [each.strip() for each in self.cleaned_data["people"].splitlines() if each.strip()]
        strangers = [each for each in lines if each.casefold() not in known]
        if strangers:
            raise forms.ValidationError(
                _("Nobody of yours has the address %(address)s."), params={"address": strangers[0]}
            )
        return tuple(known[each.casefold()] for each in lines)

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def clean_subdivision(self) -> str:
        return str(self.cleaned_data["subdivision"]).upper()

    def wanted(self) -> LayerWanted:
        """As the use case takes it. No hours at all mean around the clock."""
        facts = self.cleaned_data
        hours = {name: [part.strip() for part in facts[name].split(",") if part.strip()] for name in WEEKDAYS}
        names = ("name", "people", "every", "unit", "at", "weekday", "starts", "ends", "zone")
        return LayerWanted(
            **{name: facts[name] for name in (*names, "country", "subdivision", "on_holidays")},
            hours={day: texts for day, texts in hours.items() if texts} or None,
        )


def layer_initial(card: LayerCard) -> dict[str, Any]:
    """A layer as its form shows it."""
    hours = {day: ", ".join(texts) for day, texts in (card.hours or {}).items()}
    names = ("name", "every", "at", "weekday", "starts", "ends", "zone", "country", "subdivision")
    return {
        **{name: getattr(card, name) for name in names},
        **hours,
        "people": "\n".join(each.email for each in card.people if each),
        "unit": card.unit.value,
        "on_holidays": card.on_holidays.value,
    }


def new_layer_initial(today: date) -> dict[str, Any]:
    """A new layer starts today unless told otherwise."""
    return {"starts": today}
