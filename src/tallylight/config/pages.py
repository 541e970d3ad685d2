"""Django's own errors, shown as ours."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from tallylight.config.problems import problem_response
from tallylight.kernel.errors import Invalid, NotFound, Refused, TallyError, TooLarge, gettext_noop


class FormExpired(Refused):
    """A form came without the token that its page was given, or with an old one."""

    code = "form-expired"
    title = gettext_noop("This form has expired.")
    advice = gettext_noop("Go back, load the page again and send it once more. Cookies have to be allowed.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    return problem_response(request, NotFound())


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return problem_response(request, Refused())


def invalid(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(request, TooLarge() if isinstance(exception, RequestDataTooBig) else Invalid())


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    return problem_response(request, FormExpired())


def broken(request: HttpRequest) -> HttpResponse:
    return problem_response(request, TallyError())
