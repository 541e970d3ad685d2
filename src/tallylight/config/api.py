"""The HTTP API: every room's routes under /api/v1, one way to sign in, one shape of error."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from tallylight import __version__
from tallylight.accounts.api import Bearer, Session
from tallylight.config.problems import InvalidFields, invalid_fields, problem_response
from tallylight.kernel.errors import Invalid, NotFound, NotSignedIn, TallyError

log = structlog.get_logger(__name__)


#: RFC 9457, as `config.problems` makes it.
PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "Problem details (RFC 9457). `detail` says what to do; `code` is stable; both texts are in your language.",
    "required": ["type", "title", "status", "detail", "code", "facts"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "facts": {"type": "object"},
    },
}


class TallyAPI(NinjaAPI):
    """The API with its one shape of error written into the document of every operation."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(*args, **kwargs)
        schema["components"].setdefault("schemas", {})["Problem"] = PROBLEM
        answer = {
            "description": "A problem, told so that one can act on it.",
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"] |= {"4XX": answer, "5XX": answer}
        return schema


api = TallyAPI(
    title="Tallylight",
    version=__version__,
    description="The after-sales system of a live-streaming acceleration network.",
    auth=[Bearer(), Session()],
    urls_namespace="api-v1",
    docs_url="/docs",
    openapi_url="/openapi.json",
)


@api.exception_handler(TallyError)
def _tally_error(request: HttpRequest, error: TallyError) -> HttpResponse:
    return problem_response(request, error)


@api.exception_handler(ValidationError)
def _validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = [
        {"field": ".".join(str(part) for part in item["loc"]), "reason": item["msg"]} for item in error.errors[:50]
    ]
    return problem_response(request, InvalidFields(fields=fields))


@api.exception_handler(DjangoValidationError)
def _django_validation(request: HttpRequest, error: DjangoValidationError) -> HttpResponse:
    return problem_response(request, invalid_fields(error))


@api.exception_handler(AuthenticationError)
def _authentication(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    response = problem_response(request, NotSignedIn())
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, _error: Http404) -> HttpResponse:
    return problem_response(request, NotFound())


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    kind: type[TallyError] = NotFound if error.status_code == 404 else Invalid
    return problem_response(request, kind())


@api.exception_handler(Exception)
def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("unexpected error", path=request.path, exc_info=error)
    return problem_response(request, TallyError())


def _mount() -> None:
    for room in settings.ROOMS:
        name = f"tallylight.{room}.http"
        if find_spec(name):
            module: Any = import_module(name)
            api.add_router("", module.router, tags=[room])


_mount()
