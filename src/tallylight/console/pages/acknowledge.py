"""/acknowledge/<token>: the link of a mail. Opening it changes nothing; the button does."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tallylight.console.words import severity_word
from tallylight.kernel import clock
from tallylight.support import api as support


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def acknowledge_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Public: the token says who. Raises LinkRefused, LinkExpired."""
    now = clock.now()
    done = request.method == "POST"
    link = support.take(token, now=now) if done else support.look(token, now=now)
    context = {
        "link": link,
        "headline": link.ticket.headline,
        "severity": severity_word(link.ticket.level),
        "done": done,
    }
    return render(request, "console/acknowledge.html", context)
