"""Form fields that several pages use."""

from __future__ import annotations

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from tallylight.accounts import api as accounts


class Instant(forms.DateTimeField):
    """An instant to the minute in the reader's time zone, within the bounds of the API's."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_validators = [MinValueValidator(accounts.EARLIEST), MaxValueValidator(accounts.LATEST)]


class Day(forms.DateField):
    """A local day, within the same bounds."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_validators = [
        MinValueValidator(accounts.EARLIEST.date()),
        MaxValueValidator(accounts.LATEST.date()),
    ]
