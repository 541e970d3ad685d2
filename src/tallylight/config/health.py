"""GET /healthz: each part and its state; 200 only while every part is well."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import httpx
import psycopg
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from procrastinate.contrib.django.utils import connector_params

from tallylight.config.environment import environment
from tallylight.config.worker import DEAD_AFTER

TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the installation; `fault` is empty while it is well and never holds a secret."""

    name: str
    fault: str = ""


def healthz(_request: HttpRequest) -> JsonResponse:
    """Public. Names each part with `ok` or what is wrong."""
    parts = check_parts()
    well = all(not part.fault for part in parts)
    body = {
        "status": "ok" if well else "degraded",
        "parts": {part.name: {"state": "missing" if part.fault else "ok", "detail": part.fault} for part in parts},
    }
    return JsonResponse(body, status=200 if well else 503)


def check_parts() -> list[Part]:
    """Ask every part, at the same time, each for at most two seconds."""
    env = environment()
    checks = [
        database_and_worker,
        partial(_http, "clickhouse", _ping_url(settings.CLICKHOUSE_URL)),
        partial(_http, "hub", env.hub_url + "/healthz"),
    ]
    with ThreadPoolExecutor(len(checks)) as pool:
        found = list(pool.map(lambda check: check(), checks))
    return [Part("web"), *(part for parts in found for part in parts)]


def database_and_worker() -> list[Part]:
    """PostgreSQL answers, and a worker has been heard of lately.

    By a connection of its own: the pool is patient, and waits longer for a PostgreSQL that is away than an answer may take.
    """
    heard = "select count(*) from procrastinate_workers where last_heartbeat > now() - make_interval(secs => %s)"
    at_most = {"connect_timeout": round(TIMEOUT_S), "options": f"-c statement_timeout={round(TIMEOUT_S * 1000)}"}
    try:
        with psycopg.connect(**connector_params() | at_most) as postgres:
            (alive,) = postgres.execute(heard, [DEAD_AFTER]).fetchone() or (0,)
    except psycopg.Error as error:
        return [Part("postgres", type(error).__name__), Part("worker", "unknown while PostgreSQL is away")]
    return [Part("postgres"), Part("worker", "" if alive else "no worker has been heard of")]


def _http(name: str, url: str) -> list[Part]:
    try:
        answer = httpx.get(url, timeout=TIMEOUT_S)
    except httpx.HTTPError as error:
        return [Part(name, type(error).__name__)]
    return [Part(name, "" if answer.is_success else f"HTTP {answer.status_code}")]


def _ping_url(clickhouse_url: str) -> str:
    url = httpx.URL(clickhouse_url)
    return str(url.copy_with(path="/ping", username=None, password=None, query=None))
