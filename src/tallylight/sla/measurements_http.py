"""The route by which slices that were measured elsewhere come in."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from tallylight.accounts.api import Instant, organisation_by_slug, viewer_of
from tallylight.kernel import clock
from tallylight.sla.reporting import MOST, Measurement, expect_reporter, report

router = Router()


class MeasurementIn(Schema):
    service: str = Field(max_length=63)
    region: str = Field(max_length=63)
    metric: Literal["availability", "latency", "loss", "jitter", "first-frame", "freeze", "errors"]
    statistic: Literal["mean", "p95"] = "mean"
    at: Instant = Field(description="Start of the slice, a multiple of its length since midnight UTC.")
    slice_s: int = Field(description="Length of the slice in seconds: whole minutes that divide a day.")
    figure: float = Field(description="In ms or per cent, as the metric has it.")
    samples: int = Field(description="Requests, sessions or packets behind the figure.")
    affected: float | None = Field(None, description="Share of users that the slice hit if it was bad, 0 to 1.")
    load: int | None = Field(None, description="Load in whole units of your own, the same ones all month.")


class MeasurementsIn(Schema):
    organisation: str = Field(min_length=1, max_length=63, description="The customer's slug.")
    slices: list[MeasurementIn] = Field(min_length=1, max_length=MOST)


class TakenOut(Schema):
    taken: int
    at: datetime


@router.post("/measurements", response=TakenOut, summary="Report slices that were measured elsewhere")
def measurements(request: HttpRequest, body: MeasurementsIn) -> dict[str, Any]:
    """For engineers and managers of the provider: all slices are kept, or none. A slice reported again is replaced until its
    day is sealed, so that a report can be repeated."""
    viewer, now = viewer_of(request), clock.now()
    rows = [Measurement(**each.dict()) for each in body.slices]
    expect_reporter(viewer)
    return {"taken": report(organisation_by_slug(body.organisation).id, rows, by=viewer, now=now), "at": now}
