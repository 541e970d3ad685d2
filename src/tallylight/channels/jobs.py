"""Scheduled work: look into the mailboxes elsewhere."""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tallylight.channels import imap
from tallylight.kernel import clock

QUEUE = "channels"


# No retry by the job engine: the next minute looks again.
@app.periodic(cron="* * * * *")
@app.task(name="channels.look", queue=QUEUE, queueing_lock="channels.look")
def look(timestamp: int) -> None:  # noqa: ARG001 - the period's own instant
    """A job for each mailbox, so that one that does not answer holds up no other."""
    for number, url in enumerate(settings.IMAP_URLS):
        lock = f"channels.look:{imap.account_at(url).name}"[:200]
        with suppress(AlreadyEnqueued), transaction.atomic():
            look_into.configure(queueing_lock=lock, lock=lock).defer(number=number)


@app.task(name="channels.look-into", queue=QUEUE)
def look_into(number: int) -> None:
    """Take what is new in the mailbox with that place in the surroundings: its address holds a password and stays there."""
    if number < len(settings.IMAP_URLS):
        imap.look_into(imap.account_at(settings.IMAP_URLS[number]), now=clock.now())
