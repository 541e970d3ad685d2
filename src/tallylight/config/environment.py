"""What the surroundings say: the home folder, the ports, where the engines are. Read once."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

#: How far each part's port lies from TALLY_PORT, so that two copies run side by side.
HUB, CLICKHOUSE, POSTGRES, MAILBOX, MAIL_IN, EDGES, DRILLS = 1, 2, 3, 4, 5, 10, 30


@dataclass(frozen=True, slots=True)
class Environment:
    """The surroundings, typed. Engine addresses default to the embedded ones on loopback."""

    home: Path
    port: int
    database_url: str
    clickhouse_url: str
    smtp_url: str
    public_url: str
    allowed_hosts: tuple[str, ...]
    mail_from: str
    desk_address: str
    mail_accepted: tuple[str, ...]
    mail_in_listen: tuple[str, ...]
    imap_urls: tuple[str, ...]
    debug: bool
    demo: bool

    def port_of(self, offset: int) -> int:
        """The port of the part `offset` away from the web's own."""
        return self.port + offset

    @property
    def hub_url(self) -> str:
        """Where nodes and the web process reach the hub."""
        return os.environ.get("TALLY_HUB_URL", f"http://127.0.0.1:{self.port_of(HUB)}")

    def secret(self, name: str) -> str:
        """A secret of this installation, made on first use, private to its owner (0600)."""
        return _secret(self.home / "secrets", name)


@cache
def environment() -> Environment:
    """The surroundings of this process."""
    env = os.environ
    home = Path(env.get("TALLY_HOME", ".tally")).expanduser().absolute()
    port = int(env.get("TALLY_PORT", "8400"))
    public_url = env.get("TALLY_PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/")
    hosts = env.get("TALLY_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
    return Environment(
        home=home,
        port=port,
        database_url=env.get("TALLY_DATABASE_URL") or _embedded_database(home, port),
        clickhouse_url=env.get("TALLY_CLICKHOUSE_URL") or _embedded_clickhouse(home, port),
        smtp_url=env.get("TALLY_SMTP_URL", f"smtp://127.0.0.1:{port + MAILBOX}"),
        public_url=public_url,
        allowed_hosts=_listed(hosts),
        mail_from=env.get("TALLY_MAIL_FROM", "Tallylight <tallylight@localhost.localdomain>"),
        desk_address=env.get("TALLY_DESK_ADDRESS", "").strip().lower(),
        mail_accepted=tuple(each.lower() for each in _listed(env.get("TALLY_MAIL_ACCEPTED", ""))),
        mail_in_listen=_listed(env.get("TALLY_MAIL_IN", f"smtp://127.0.0.1:{port + MAIL_IN}")),
        imap_urls=_listed(env.get("TALLY_IMAP_URLS", "")),
        debug=env.get("TALLY_DEBUG") == "1",
        demo=env.get("TALLY_DEMO") == "1",
    )


def _listed(value: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in value.split(",") if each.strip())


def _embedded_database(home: Path, port: int) -> str:
    password = quote(_secret(home / "secrets", "postgres"), safe="")
    return f"postgresql://tallylight:{password}@127.0.0.1:{port + POSTGRES}/tallylight"


def _embedded_clickhouse(home: Path, port: int) -> str:
    password = quote(_secret(home / "secrets", "clickhouse"), safe="")
    return f"http://tallylight:{password}@127.0.0.1:{port + CLICKHOUSE}/tallylight"


def _secret(folder: Path, name: str) -> str:
    path = folder / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _settled(path)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(32))
    return path.read_text()


def _settled(path: Path) -> str:
    """The secret another process may be writing at this moment: an empty file is one not yet written."""
    for _ in range(1_000):
        if text := path.read_text():
            return text
        os.sched_yield()
    raise RuntimeError(f"{path} is empty; remove it and start again")
