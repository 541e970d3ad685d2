"""Routes: the faults of a contract text, and the schema that contracts are written under. Part of the room's router."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language
from ninja import Field, Router, Schema

from tallylight.accounts.api import viewer_of
from tallylight.contracts import schema
from tallylight.contracts.lint import lint
from tallylight.contracts.problem import told
from tallylight.contracts.yaml_text import MAX_BYTES

router = Router()


class ContractText(Schema):
    source: str = Field(max_length=MAX_BYTES, description="The contract as YAML.")


class ProblemOut(Schema):
    line: int
    column: int
    path: str
    message: str
    advice: str


class LintOut(Schema):
    sound: bool
    problems: list[ProblemOut]


@router.post("/contracts/lint", response=LintOut, summary="Faults of a contract text")
def check(request: HttpRequest, text: ContractText) -> dict[str, Any]:
    """Every fault of a contract text by line and column, in the reader's language. Nothing is stored."""
    viewer_of(request)
    language = get_language() or "en"
    problems = [told(each, language).plain() for each in lint(text.source)]
    return {"sound": not problems, "problems": problems}


@router.get("/schemas/tallylight-contract-v1.json", auth=None, summary="The contract schema", response=dict[str, Any])
def contract_schema(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """The published JSON Schema (2020-12) that contract files are written under, with titles and descriptions in the reader's
    language. Public."""
    return JsonResponse(schema.document_in(get_language() or "en"), content_type="application/schema+json")
