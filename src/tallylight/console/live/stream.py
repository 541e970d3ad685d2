"""/live/stream: the page's event stream."""

from __future__ import annotations

from functools import cache

from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse

from tallylight.console.doors import reader_of
from tallylight.console.live.audience import PUBLIC, audience_of
from tallylight.console.live.broadcast import Broadcaster
from tallylight.console.live.look import Looker
from tallylight.kernel import clock
from tallylight.kernel.errors import Unavailable, gettext_noop


class TooManyStreams(Unavailable):
    """Every seat of this process, or of this person, is taken."""

    code = "too-many-streams"
    title = gettext_noop("Too many live pages are open.")
    advice = gettext_noop("The page shows what was true when it was loaded. Close other pages, or load it again later.")


@cache
def broadcaster() -> Broadcaster:
    """This process's own."""
    return Broadcaster(Looker())


def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Server-sent events, as far as the reader may know. Raises TooManyStreams."""
    viewer = reader_of(request)
    audience = audience_of(viewer, now=clock.now())
    who = str(viewer.person_id) if viewer else PUBLIC.key
    if not broadcaster().has_room(who):
        raise TooManyStreams
    if not connection.in_atomic_block:
        connection.close()  # back to the pool: the stream outlives its need of the database by minutes
    response = StreamingHttpResponse(broadcaster().events(audience, who), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response
