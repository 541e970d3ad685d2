"""Every channel but mail: handed to Apprise, which knows some hundred services by URL. The URL is a secret."""

from __future__ import annotations

import logging
from collections.abc import Callable
from urllib.parse import urlsplit

import apprise

from tallylight.notify.letter import Outcome, Receipt, Text

# Apprise logs the addresses it talks to.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


def is_deliverable(url: str) -> bool:
    """Whether Apprise knows how to reach it."""
    return apprise.Apprise.instantiate(url, suppress_exceptions=True) is not None


def service_of(url: str) -> str:
    """The service's name, which is all of the URL that may be shown."""
    return urlsplit(url).scheme


def hand_over(url: str, content: Text, *, commit: Callable[[], None]) -> Receipt:
    """Give the message to the service. Apprise tells success from failure and no more, so every failure is temporary."""
    service = service_of(url)
    sender = apprise.Apprise()
    if not sender.add(url):
        return Receipt(Outcome.PERMANENT, service, reply="not an address that can be delivered to")
    commit()
    try:
        taken = sender.notify(title=content.subject, body=content.text, body_format=apprise.NotifyFormat.TEXT)
    except Exception as error:  # a plugin's own fault, raised wherever it likes
        return Receipt(Outcome.UNKNOWN, service, reply=type(error).__name__)
    return Receipt(Outcome.ACCEPTED, service) if taken else Receipt(Outcome.TEMPORARY, service, reply="refused or away")
