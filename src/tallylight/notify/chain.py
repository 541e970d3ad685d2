"""From one way to the next: if nothing of a stage takes a message within its time, the next stage is tried as well.

What waits on an earlier way goes on being tried, until a later one took it: somebody told twice is better than nobody told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tallylight.notify.letter import MAIL, Outcome, Recipient, State, Text
from tallylight.notify.models import Attempt, Chain, Endpoint, Message
from tallylight.notify.write import write

#: How long a way has until the next is tried. A relay that greylists asks for minutes; a service answers at once or not.
WITHIN = {MAIL: timedelta(minutes=3)}
WITHIN_FURTHER = timedelta(minutes=1)
AT_ONCE = 200
SETTLED = (State.ACCEPTED.value, State.FAILED.value)
WAITING = (State.QUEUED.value, State.DEFERRED.value)


def start(
    key: str, to: Recipient, content: Text, stages: list[list[str]], *, about: UUID | None, urgent: bool, now: datetime
) -> None:
    """Write the messages of the first stage, in the caller's transaction, unless there is a chain of this key.

    Raises ValueError for somebody who is not known as a person: nobody but a person has several ways.
    """
    if to.person_id is None:
        raise ValueError("only a person has several ways")
    with transaction.atomic(savepoint=False):
        row = Chain(key=key, person_id=to.person_id, address=to.address, stages=stages)
        Chain.objects.bulk_create([row], ignore_conflicts=True)
        if Chain.objects.filter(pk=row.pk).exists():
            _enter(row, to, content, about, urgent=urgent, now=now)


def failed(message: Message, *, now: datetime) -> None:
    """Tell the message's chain, if it has one, that it was given up. In the transaction that says so."""
    if message.chain_id is not None:
        advance(message.chain_id, now=now)


def overdue(now: datetime) -> list[UUID]:
    """Chains whose time for their way is over, the longest first."""
    running = Chain.objects.filter(ended_at=None, due_at__lte=now).order_by("due_at")
    return list(running.values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def advance(chain_id: UUID, *, now: datetime) -> None:
    """Go on to the next stage if this one failed or took too long; end the chain if it did its work or can do no more."""
    row = Chain.objects.select_for_update().filter(pk=chain_id, ended_at=None).first()
    if row is None:
        return
    messages = list(row.messages.order_by("id"))
    taken = [each.place for each in messages if each.state == State.ACCEPTED]
    failing = all(each.state == State.FAILED for each in messages if each.place == row.place)
    if taken:
        _withdraw(row, before=max(taken), now=now)
        row.ended_at = now
    elif row.place + 1 < len(row.stages) and (failing or _over(row, now)):
        row.place += 1
        _repeat(row, messages[0], now=now)
    elif all(each.state in SETTLED for each in messages):
        row.ended_at = now
    elif _over(row, now):
        row.due_at = now + WITHIN_FURTHER
    row.save(update_fields=["place", "due_at", "ended_at"])


def _over(row: Chain, now: datetime) -> bool:
    return row.due_at is not None and row.due_at <= now


def _repeat(row: Chain, said: Message, *, now: datetime) -> None:
    to = Recipient(row.address, said.locale, person_id=row.person_id)
    _enter(row, to, Text(said.subject, said.text, said.html), said.about, urgent=said.urgent, now=now)


def _enter(row: Chain, to: Recipient, content: Text, about: UUID | None, *, urgent: bool, now: datetime) -> None:
    """Write the messages of the stage in which the chain is. A way that was removed meanwhile is passed over."""
    wanted = row.stages[row.place]
    own = Q(person_id=row.person_id) | Q(person=None)
    endpoints = list(Endpoint.objects.filter(own, pk__in=[each for each in wanted if each != MAIL]))
    reached = [None] * (MAIL in wanted) + endpoints
    for endpoint in reached:
        message = Message(
            key=f"{row.key}:{endpoint.pk}" if endpoint else row.key,
            about=about,
            urgent=urgent,
            channel=endpoint.channel if endpoint else MAIL,
            address="" if endpoint else to.address,
            endpoint=endpoint,
            chain=row,
            place=row.place,
        )
        write(message, to, content, now=now)
    waits = [WITHIN.get(each.channel if each else MAIL, WITHIN_FURTHER) for each in reached]
    row.due_at = now + max(waits, default=timedelta(0))
    row.save(update_fields=["due_at"])


def _withdraw(row: Chain, *, before: int, now: datetime) -> None:
    """Give up what still waits on earlier ways. What is in somebody's hand is left alone."""
    waiting = row.messages.filter(place__lt=before, state__in=WAITING).select_for_update(skip_locked=True)
    for message in waiting:
        message.state, message.settled_at = State.FAILED, now
        message.attempts += 1
        message.save(update_fields=["state", "settled_at", "attempts"])
        Attempt.objects.create(
            message=message, number=message.attempts, started_at=now, ended_at=now, outcome=Outcome.PASSED_ON
        )
