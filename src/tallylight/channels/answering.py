"""Whether something may be answered by itself. What stops two programs from answering each other for ever.

1. Nothing that a program sent is answered (RFC 3834 section 2), and what we send says that a program sent it.
2. Only what opens a conversation is answered, once; what continues one never is.
3. An address is answered by itself at most `MOST` times within `WITHIN`, whatever it sends: even a program that says nothing of
   itself and begins anew each time is answered no more often.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from tallylight.channels.inbound import Automatic
from tallylight.channels.models import AutomaticAnswer

MOST, WITHIN = 3, timedelta(hours=1)
#: The class of advisory locks that order the answers to one address.
LOCK_CLASS = 0x5B8


def may_answer(automatic: Automatic, *, continues: bool, answered: int) -> bool:
    """The rule. `answered`: how often the address was answered by itself within `WITHIN`. Pure."""
    return automatic is Automatic.NO and not continues and answered < MOST


def allowed(channel: str, address: str, automatic: Automatic, *, continues: bool, now: datetime) -> bool:
    """Whether to answer now; if so it counts. In the caller's transaction, one after the other for each address."""
    value = address.strip().lower()
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, f"{channel}:{value}"])
    given = AutomaticAnswer.objects.filter(channel=channel, address=value)
    if not may_answer(automatic, continues=continues, answered=given.filter(at__gt=now - WITHIN).count()):
        return False
    AutomaticAnswer.objects.create(channel=channel, address=value, at=now)
    return True


def was_answered(channel: str, address: str) -> bool:
    """Whether the address was ever answered by itself."""
    return AutomaticAnswer.objects.filter(channel=channel, address=address.strip().lower()).exists()
