"""Where services call: who calls is checked, what is said is kept before we answer."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tallylight.channels import store
from tallylight.channels.hooks import accounts
from tallylight.channels.hooks.errors import HookNotGenuine, HookTooLarge
from tallylight.channels.hooks.hook import Heard, Hook
from tallylight.channels.hooks.services import SERVICES
from tallylight.channels.models import HookAccount
from tallylight.channels.store import Arrival
from tallylight.kernel import clock

log = structlog.get_logger(__name__)

#: Services send words and where files are, never files.
MOST_OCTETS = 512_000
MOST_ID = 120


@csrf_exempt  # services have no cookies; each call is signed
@require_http_methods(["GET", "POST"])
def called(request: HttpRequest, name: str) -> HttpResponse:
    """Raises HookAccountUnknown, HookNotGenuine, HookMalformed, HookTooLarge."""
    length = request.headers.get("Content-Length", "0")
    if not length.isdigit() or int(length) > MOST_OCTETS or len(request.body) > MOST_OCTETS:
        raise HookTooLarge(octets=MOST_OCTETS)
    heard = take(name, _hook(request), now=clock.now())
    return HttpResponse(heard.answer, content_type=heard.media_type)


def take(name: str, hook: Hook, *, now: datetime) -> Heard:
    """Check the call and keep what it brings. Raises HookAccountUnknown, HookNotGenuine, HookMalformed."""
    account = accounts.named(name)
    service = SERVICES[account.service]
    try:
        heard = service.hear(hook, accounts.keys_of(account), now=now)
    except HookNotGenuine:
        log.warning("call refused", account=account.name, service=account.service)
        HookAccount.objects.filter(pk=account.pk).update(refused_at=now)
        raise
    HookAccount.objects.filter(pk=account.pk).update(heard_at=now)
    if heard.raw is not None:
        envelope = {"service": account.service, "account": account.name, "chat": heard.chat[:200]}
        store.keep(Arrival(service.CHANNEL, _external(account, heard), heard.raw, envelope), now=now)
    return heard


def _external(account: HookAccount, heard: Heard) -> str:
    """What names it for good. A long id is kept by its hash: cut off, two of them could be one."""
    name = heard.external_id
    return f"{account.pk}:{name if len(name) <= MOST_ID else sha256(name.encode()).hexdigest()}"


def _hook(request: HttpRequest) -> Hook:
    return Hook(
        method=request.method or "",
        url=f"{settings.PUBLIC_URL}{request.get_full_path()}",
        query=request.GET.dict(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
    )
