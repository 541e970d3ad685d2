"""What an HTTP request asks of ClickHouse. Pure: bytes and parameters in, a `Statement` out.

The query is the URL parameter `query`, the body, or the parameter followed by the body; an insert carries its data after the
`FORMAT` clause (https://clickhouse.com/docs/interfaces/http).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

DEFAULT_FORMAT = "TabSeparated"


class Kind(Enum):
    """How a statement is run."""

    READ = "read"  # answers with rows
    DESCRIBE = "describe"  # answers with rows about tables, at once
    WRITE = "write"  # changes something, answers with nothing
    INSERT = "insert"  # a write whose data follows in a format
    SESSION = "session"  # would change a session that nobody has


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, ready to run. `data` is only there for INSERT, encoded as `format`."""

    kind: Kind
    sql: str
    format: str
    database: str
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    data: bytes = b""

    @property
    def answers_rows(self) -> bool:
        """Whether there is a result, be it empty."""
        return self.kind in (Kind.READ, Kind.DESCRIBE)


class BadStatement(ValueError):
    """The request can't be run. `code` is ClickHouse's own error code."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        super().__init__(message)


_NAME = rb"(?:`[^`]*`|\"[^\"]*\"|[\w.])+"
_COLUMNS = rb"\((?:`[^`]*`|\"[^\"]*\"|[^()`\"])*\)"
_INSERT = re.compile(
    rb"\s*(INSERT\s+INTO\s+(?:TABLE\s+)?" + _NAME + rb"\s*(?:" + _COLUMNS + rb")?\s*(?:SETTINGS\s[^;]{1,4096}?\s)?)"
    rb"\s*FORMAT\s+(\w+)[ \t]*;?\r?\n?",
    re.IGNORECASE,
)
_FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*(?:SETTINGS\s[^;]*)?;?\s*$", re.IGNORECASE)
_QUOTED = re.compile(r"'(?:[^'\\]|\\.|'')*'|`[^`]*`|\"[^\"]*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[\s(]*(\w+)")
_KINDS = {
    **dict.fromkeys(("SELECT", "WITH", "FROM", "EXPLAIN", "CHECK"), Kind.READ),
    **dict.fromkeys(("SHOW", "DESCRIBE", "DESC", "EXISTS"), Kind.DESCRIBE),
    **dict.fromkeys(("SET", "USE"), Kind.SESSION),
}

#: Parameters that the interface itself consumes; all others are engine settings.
_INTERFACE = {
    *("query", "database", "default_format", "user", "password", "quota_key", "role", "query_id", "stacktrace"),
    *("session_id", "session_timeout", "session_check", "close_session"),
    *("compress", "decompress", "enable_http_compression", "http_zlib_compression_level", "buffer_size"),
    *("wait_end_of_query", "send_progress_in_http_headers", "http_headers_progress_interval_ms"),
    *("client_protocol_version", "cancel_http_readonly_queries_on_client_close", "add_http_cors_header"),
}
_SETTING = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def read_statement(parameters: Mapping[str, str], body: bytes) -> Statement:
    """The statement of a request. Raises BadStatement if there is none or more than one."""
    query = parameters.get("query", "").encode()
    text = query + b"\n" + body if query and body else query or body
    settings = _settings(parameters)
    database = parameters.get("database") or "default"
    insert = _INSERT.match(text)
    if insert:
        sql, form = insert[1].decode(), insert[2].decode()
        return Statement(Kind.INSERT, sql, form, database, settings, data=text[insert.end() :])
    sql = _decoded(text)
    form = _format_of(sql) or parameters.get("default_format") or DEFAULT_FORMAT
    return Statement(_kind(sql), sql, form, database, settings, _bound(parameters))


def _decoded(text: bytes) -> str:
    try:
        sql = text.decode()
    except UnicodeDecodeError as error:
        raise BadStatement(62, "Syntax error: the query is not UTF-8") from error
    return sql.strip().removesuffix(";")


def _kind(sql: str) -> Kind:
    bare = _QUOTED.sub(" ' ", sql)
    if ";" in bare and not re.match(r"[\s']*INSERT\b", bare, re.IGNORECASE):
        raise BadStatement(62, "Syntax error: Multi-statements are not allowed")
    word = _WORD.match(bare.replace("'", " "))
    if word is None:
        raise BadStatement(62, "Syntax error: Empty query")
    return _KINDS.get(word[1].upper(), Kind.WRITE)


def _format_of(sql: str) -> str | None:
    found = _FORMAT.search(sql)
    return found[1] if found else None


def _settings(parameters: Mapping[str, str]) -> dict[str, str]:
    names = [name for name in parameters if name not in _INTERFACE and not name.startswith("param_")]
    for name in names:
        if not _SETTING.fullmatch(name):
            raise BadStatement(115, f"Unknown setting '{name}'")
    return {name: parameters[name] for name in names}


def _bound(parameters: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix("param_"): value for name, value in parameters.items() if name.startswith("param_")}
