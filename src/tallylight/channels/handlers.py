"""What this room does when something came in."""

from __future__ import annotations

from tallylight.channels.reading import attend
from tallylight.kernel import clock
from tallylight.kernel.events import ItemReceived


def on_item_received(event: ItemReceived) -> None:
    """Read it and pass it on."""
    attend(event.item, now=clock.now())
