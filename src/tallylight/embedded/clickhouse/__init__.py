"""ClickHouse in one process: the engine from `chdb-core` behind ClickHouse's own HTTP interface.

    statement   what a request asks for, read from its query, body and parameters; pure
    engine      a pool of engine sessions on one path
    door        the HTTP interface as an ASGI program, and `serve`

Enough of the interface that `clickhouse-connect` works against it as against a server. It keeps no client sessions: settings
come with each request, and `SET` and `USE` are refused rather than silently lost.
"""
