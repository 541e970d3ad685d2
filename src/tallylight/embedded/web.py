"""`tally web`: the console and the API over uvicorn, on loopback. Put a reverse proxy in front to go further."""

from __future__ import annotations

import uvicorn

from tallylight.config.environment import environment


def main() -> int:
    """Serve until told to stop; answers under way get three seconds to finish, event streams are ended."""
    config = uvicorn.Config(
        "tallylight.config.asgi:application",
        host="127.0.0.1",
        port=environment().port,
        access_log=False,
        log_config=None,
        server_header=False,
        lifespan="auto",
        limit_concurrency=2_000,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=3,
    )
    uvicorn.Server(config).run()
    return 0
