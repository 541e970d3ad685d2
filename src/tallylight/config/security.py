"""What every answer carries and every caller is held to: a content security policy, and a rate per caller."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from tallylight.config.problems import problem_response
from tallylight.kernel import clock
from tallylight.kernel.errors import Invalid, TooLarge, TooMany, gettext_noop

#: Nothing is loaded from another host; no inline script. Inline style attributes are not used either.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
#: Swagger UI styles itself inline.
DOCS_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")

Next = Callable[[HttpRequest], HttpResponseBase]


class ContentSecurity:
    """Sets Content-Security-Policy and its neighbours."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        policy = DOCS_POLICY if request.path == "/api/v1/docs" else POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response


class NulByte(Invalid):
    """PostgreSQL's texts can't hold one, and no person types one."""

    code = "nul-byte"
    title = gettext_noop("This request holds a NUL character.")
    advice = gettext_noop("Take it out and send the rest again.")


class NoNul:
    """Refuses a NUL character in an address or in a JSON or form body, before it reaches a query; and a body over its bound."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", "") or self._in_body(request):
                return problem_response(request, NulByte())
        except RequestDataTooBig:
            return problem_response(request, TooLarge())
        return self.get_response(request)

    @staticmethod
    def _in_body(request: HttpRequest) -> bool:
        signs = {"application/json": b"\\u0000", "application/x-www-form-urlencoded": b"%00"}.get(
            request.content_type or ""
        )
        return signs is not None and (signs in request.body or b"\0" in request.body)


@dataclass(slots=True)
class Bucket:
    """A token bucket: `tokens` left at `at` (monotonic s)."""

    tokens: float
    at: float


class Limiter:
    """Token buckets for at most `callers` callers, the longest unheard forgotten first. Thread-safe."""

    def __init__(self, *, per_second: float, burst: int, callers: int = 10_000) -> None:
        self.per_second, self.burst, self.callers = per_second, burst, callers
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, caller: str, *, at: float) -> float:
        """Take a token. 0.0 if there was one, otherwise the seconds until there will be."""
        with self._lock:
            bucket = self._buckets.pop(caller, None) or Bucket(float(self.burst), at)
            bucket.tokens = min(self.burst, bucket.tokens + (at - bucket.at) * self.per_second)
            bucket.at = at
            self._buckets[caller] = bucket
            if len(self._buckets) > self.callers:
                self._buckets.popitem(last=False)
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return 0.0
            return (1 - bucket.tokens) / self.per_second


class RateLimit:
    """Holds each caller to a rate: tight where passwords are tried, wide elsewhere."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.general = Limiter(per_second=50, burst=300)
        self.sign_in = Limiter(per_second=0.2, burst=10)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        wait = self._wait(request)
        if wait:
            refused: HttpResponse = problem_response(request, TooMany(), retry_after_s=wait)
            return refused
        return self.get_response(request)

    def _wait(self, request: HttpRequest) -> float:
        caller, at = request.META.get("REMOTE_ADDR", ""), clock.monotonic()
        if request.method == "POST" and request.path == "/login":
            return self.sign_in.wait_s(caller, at=at)
        user = getattr(request, "user", None)
        name = str(user.pk) if user is not None and user.is_authenticated else caller
        return self.general.wait_s(name, at=at)
