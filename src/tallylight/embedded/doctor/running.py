"""What runs: only looked at while a supervisor is there or engines elsewhere are named."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta

import httpx
import psycopg

from tallylight.config.environment import Environment
from tallylight.embedded.doctor.findings import Finding, fine, note, wrong
from tallylight.embedded.installation import worker_beats
from tallylight.embedded.parts import child_environment
from tallylight.embedded.state import supervisor_pid
from tallylight.embedded.status import look
from tallylight.embedded.words import gettext as _
from tallylight.kernel import clock

SILENT = timedelta(seconds=15)


def running(env: Environment) -> list[Finding]:
    """Parts, engines, tables, worker and nodes; or one finding that says that nothing runs."""
    if supervisor_pid(env.home) is None and not os.environ.get("TALLY_DATABASE_URL"):
        return note(_("running"), _("Nothing runs in %(home)s.") % {"home": env.home}, "tally up")
    postgres = _postgres(env)
    depending = [*_migrations(), *_worker(env), *_nodes(env)] if not postgres[0].mend else []
    return [*_parts(env), *postgres, *_clickhouse(env), *depending]


def _parts(env: Environment) -> list[Finding]:
    bad = [part for part in look(env).parts if part.health in ("silent", "stopped")]
    log = _("Read %(folder)s/%(part)s.log; the supervisor goes on trying.")
    facts = [(part, {"folder": env.home / "logs", "part": part.name}) for part in bad]
    if not bad:
        return fine(_("parts"), _("all answer"))
    return [finding for part, words in facts for finding in wrong(part.name, part.health, log % words)]


def _postgres(env: Environment) -> list[Finding]:
    try:
        with psycopg.connect(env.database_url, connect_timeout=3) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        return wrong("PostgreSQL", str(error).strip().splitlines()[0], _("Check TALLY_DATABASE_URL, or run tally up."))
    if version < 160_000:
        return wrong("PostgreSQL", str(version // 10_000), _("Use PostgreSQL 16 or newer."))
    return fine("PostgreSQL", f"{version // 10_000}.{version % 10_000}")


def _clickhouse(env: Environment) -> list[Finding]:
    url = httpx.URL(env.clickhouse_url)
    try:
        answer = httpx.post(
            url.copy_with(path="/", username=None, password=None),
            auth=(url.username, url.password),
            content="SELECT version()",
            timeout=5,
        )
        answer.raise_for_status()
    except httpx.HTTPError as error:
        return wrong(
            "ClickHouse", str(error) or type(error).__name__, _("Check TALLY_CLICKHOUSE_URL, or run tally up.")
        )
    return fine("ClickHouse", answer.text.strip())


def _migrations() -> list[Finding]:
    words = [sys.executable, "-m", "tallylight.cli", "manage", "migrate", "--check"]
    done = subprocess.run(words, env=child_environment(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return wrong(_("tables"), _("migrations are pending"), "tally manage migrate")
    return fine(_("tables"), _("no migration is pending"))


def _worker(env: Environment) -> list[Finding]:
    if not worker_beats(env.database_url):
        return wrong(_("worker"), _("no worker has been heard of"), _("Start one with tally worker, or run tally up."))
    return fine(_("worker"), _("heard of lately"))


def _nodes(env: Environment) -> list[Finding]:
    """Who the hub has not heard of for a while."""
    try:
        answer = httpx.get(f"{env.hub_url}/live", headers={"Authorization": f"Bearer {env.secret('hub')}"}, timeout=3)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        return wrong(_("hub"), type(error).__name__, _("Start one with tally hub, or run tally up."))
    heard = {node["name"]: node["heard_at"] for node in answer.json()["nodes"]}
    silent = [name for name, at in heard.items() if at is None or clock.now() - datetime.fromisoformat(at) > SILENT]
    if not silent:
        return fine(_("nodes"), _("%(count)d are heard") % {"count": len(heard)})
    mend = _("Look at the node's own log; a node that is cut off keeps its measurements and sends them later.")
    return wrong(_("nodes"), _("silent: %(nodes)s") % {"nodes": ", ".join(silent)}, mend)
