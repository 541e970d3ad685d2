"""Errors as RFC 9457 problem details, in the reader's language, or as a page where a person reads."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext

from tallylight.kernel.errors import Invalid, TallyError, gettext_noop

#: Problem types are stable addresses below this.
TYPES = "/problems/"


def problem(error: TallyError) -> dict[str, Any]:
    """`error` as a problem details object: type, title, status, detail (what to do), code and its facts."""
    title, advice = gettext(error.title), gettext(error.advice)
    return {
        "type": TYPES + error.code,
        "title": title % error.facts if error.facts else title,
        "status": error.status,
        "detail": advice % error.facts if error.facts else advice,
        "code": error.code,
        "facts": {key: _plain(value) for key, value in error.facts_in(get_language() or "en").items()},
    }


def problem_response(request: HttpRequest, error: TallyError, *, retry_after_s: float = 0.0) -> HttpResponse:
    """The answer for `error`: a page for a browser, problem+json for everything else."""
    body = problem(error)
    response: HttpResponse
    if _wants_page(request):
        response = HttpResponse(render_to_string("problem.html", {"problem": body}, request), status=error.status)
    else:
        response = JsonResponse(body, status=error.status, content_type="application/problem+json")
    if retry_after_s:
        response["Retry-After"] = str(math.ceil(retry_after_s))
    return response


class OtherMethod(Invalid):
    """The address is right, the method is not. Facts: `allowed`."""

    status = 405
    code = "other-method"
    title = gettext_noop("This address takes %(allowed)s only.")
    advice = gettext_noop("Send it again by one of these methods.")


class InvalidFields(Invalid):
    """Fields of a request don't fit; `fields` names each with its reason."""

    code = "invalid-fields"
    advice = gettext_noop("Correct the fields that are named and send it again.")


def invalid_fields(error: ValidationError) -> InvalidFields:
    """Django's own word for a field that doesn't fit, as ours."""
    return InvalidFields(fields=[{"field": "", "reason": text} for text in error.messages])


class ProblemPages:
    """Turns an error that a view let go into its answer, and a bare 405 into one that says what is allowed."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            allowed = response["Allow"]
            response = problem_response(request, OtherMethod(allowed=allowed))
            response["Allow"] = allowed
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django's hook. Other exceptions go on to Django's own handling."""
        if isinstance(exception, ValidationError):
            exception = invalid_fields(exception)
        return problem_response(request, exception) if isinstance(exception, TallyError) else None


def _wants_page(request: HttpRequest) -> bool:
    return not request.path.startswith("/api/") and request.accepts("text/html")


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return str(value)
