"""Django's own errors, shown as ours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from tallylight.config.problems import problem_response
from tallylight.kernel.errors import Invalid, NotFound, Refused, TallyError


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    return problem_response(request, NotFound())


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return problem_response(request, Refused())


def invalid(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return problem_response(request, Invalid())


def broken(request: HttpRequest) -> HttpResponse:
    return problem_response(request, TallyError())
