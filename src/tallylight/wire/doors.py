"""Where the node and the hub meet: paths, headers, bounds. Both sides read these and nothing else.

HTTP/1.1 on the hub's port. A batch travels as zstd-compressed MessagePack (`wire.batch`); enrolment, acknowledgements
and plans travel as JSON (`wire.plan`); every refusal is RFC 9457 problem details.

`POST /ingest/v1/batches` with `Authorization: Bearer <node key>` and `Tally-Plan: <version known to the node>` and
`Tally-Clock: <unix microseconds>`:

    200       Ack: the batch is durable
    401, 403  the key is not, or no longer, good: the agent stops, its spool stays
    429, 503  not now: send the same batch again, after Retry-After if given
    other 4xx this batch will never be taken: the agent drops it, counts it, and goes on with the next
    other 5xx as 503

`POST /ingest/v1/enrol` with an EnrolRequest:

    200       EnrolReply
    4xx       the token is unknown, used, expired or for another name: the agent stops
"""

from __future__ import annotations

from typing import Final

BATCHES_PATH: Final = "/ingest/v1/batches"
ENROL_PATH: Final = "/ingest/v1/enrol"

#: Request header with the version of the plan the node works by; the hub sends the plan again when it has another.
PLAN_HEADER: Final = "Tally-Plan"
#: Request header with the node's clock at the moment of sending, unix microseconds: how the hub learns of its error.
CLOCK_HEADER: Final = "Tally-Clock"
BATCH_TYPE: Final = "application/vnd.tallylight.batch+msgpack"
BATCH_ENCODING: Final = "zstd"
JSON_TYPE: Final = "application/json"
PROBLEM_TYPE: Final = "application/problem+json"

#: Bounds of one batch, in octets: as sent, and after decompression.
MAX_BODY: Final = 1 << 20
MAX_UNPACKED: Final = 8 << 20

#: Bounds of one batch, in rows.
MAX_PATH_ROWS: Final = 20_000
MAX_SAMPLES: Final = 500_000
MAX_HOST_ROWS: Final = 600
MAX_VIEWER_ROWS: Final = 100_000
MAX_NAMES: Final = 20_000

#: A node, peer, customer or stream name, in characters.
MAX_NAME: Final = 128

#: Largest round trip, silence or jitter that is a measurement and not a mistake.
MAX_RTT_US: Final = 60_000_000
MAX_SILENT_MS: Final = 0xFFFF_FFFE
MAX_JITTER_US: Final = MAX_RTT_US
MAX_COUNT: Final = 1_000_000

#: A reply after this is late, and its packet was already counted lost.
TIMEOUT_MS: Final = 1_500

#: Probe packets a second on one path: default and bound.
DEFAULT_PPS: Final = 10
MAX_PPS: Final = 100
