"""A pool of engine sessions on one path.

One session runs one statement at a time, several sessions on the same path run side by side, and the engine lets go of
Python's lock while it works: so each worker thread keeps a session of its own. Reads and writes have separate threads, so
that a slow question never holds up an insert (nor what clients ask about a table before they insert).
"""

from __future__ import annotations

import fcntl
import os
import re
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tallylight.embedded.clickhouse.statement import Kind, Statement
from tallylight.embedded.errors import AlreadyRunning

READERS, WRITERS = 4, 2
#: In force for every statement unless the request says otherwise.
BASE_SETTINGS = {
    "max_execution_time": "60",
    "max_memory_usage": str(2 << 30),
    "max_result_bytes": str(512 << 20),
    "max_threads": str(max(2, min(4, os.cpu_count() or 2))),
}
_CODE = re.compile(r"Code: (\d+)\.")


class EngineError(Exception):
    """What the engine says is wrong, with its own `code`."""

    def __init__(self, message: str) -> None:
        found = _CODE.search(message)
        self.code = int(found[1]) if found else 1002
        super().__init__(message[found.start() :] if found else message)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement gave: `body` in the statement's format, and what it cost."""

    body: bytes
    read_rows: int
    read_bytes: int
    written_rows: int
    written_bytes: int
    elapsed_s: float


class Session:
    """One engine session: remembers the settings and the database in force, so that only changes cost a statement."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open()

    def run(self, statement: Statement) -> Answer:
        """Run it. Raises EngineError."""
        self._use(statement.database)
        self._apply(BASE_SETTINGS | dict(statement.settings))
        if statement.kind is Kind.INSERT:
            return self._insert(statement)
        return self._query(statement.sql, statement.format, statement.parameters)

    def close(self) -> None:
        self._connection.close()

    def _open(self) -> None:
        import chdb  # 500 MB of shared library: only the process that serves loads it

        self._connection: Any = chdb.connect(str(self._path))
        self._database = "default"
        self._settings: dict[str, str] = {}

    def _use(self, database: str) -> None:
        if database == self._database:
            return
        self._query(f"USE `{database.replace('`', '')}`", "TabSeparated", {})
        self._database = database

    def _apply(self, wanted: dict[str, str]) -> None:
        gone = [f"{name} = DEFAULT" for name in self._settings if name not in wanted]
        new = [f"{name} = {_literal(value)}" for name, value in wanted.items() if self._settings.get(name) != value]
        if not gone and not new:
            return
        try:
            self._query("SET " + ", ".join(gone + new), "TabSeparated", {})
        except EngineError:  # how much of it was applied is not known
            self.close()
            self._open()
            raise
        self._settings = wanted

    def _query(self, sql: str, form: str, parameters: Mapping[str, str]) -> Answer:
        try:
            result = self._connection.query(sql, form, params=dict(parameters))
        except RuntimeError as error:
            raise EngineError(str(error)) from error
        return Answer(
            body=bytes(result.bytes() or b""),
            read_rows=result.storage_rows_read(),
            read_bytes=result.storage_bytes_read(),
            written_rows=result.rows_written(),
            written_bytes=result.bytes_written(),
            elapsed_s=result.elapsed(),
        )

    def _insert(self, statement: Statement) -> Answer:
        try:
            with self._connection.send_insert(statement.sql, statement.format) as stream:
                stream.append(statement.data)
                done = stream.finish()
        except RuntimeError as error:
            raise EngineError(str(error)) from error
        return Answer(b"", 0, 0, done.rows_written, done.bytes_written, done.elapsed)


class Pool:
    """Sessions on `folder`, which belongs to this process while the pool is open. Raises AlreadyRunning."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _own(folder / "lock")
        self._path = folder / "data"
        self._local = threading.local()
        self._sessions: list[Session] = []
        self._keeper = self._new_session()  # keeps the engine up, and finds out now if it can't come up
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="read")
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="write")

    def submit(self, statement: Statement) -> Future[Answer]:
        """Run it when a session is free. The future raises EngineError."""
        threads = self._readers if statement.kind is Kind.READ else self._writers
        return threads.submit(self._run, statement)

    def close(self) -> None:
        """Finish what runs, then let go of the folder."""
        for threads in (self._writers, self._readers):
            threads.shutdown(wait=True, cancel_futures=True)
        for session in self._sessions:
            session.close()
        os.close(self._lock)

    def _run(self, statement: Statement) -> Answer:
        session = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = self._new_session()
        return session.run(statement)

    def _new_session(self) -> Session:
        session = Session(self._path)
        self._sessions.append(session)
        return session


def _literal(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _own(path: Path) -> int:
    """Hold `path` until this process ends, however it ends."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise AlreadyRunning(what="ClickHouse", holder=str(path.parent)) from error
    return handle
