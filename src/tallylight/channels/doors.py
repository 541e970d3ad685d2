"""Where mail is taken in, and for whom: what the surroundings say, checked. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

#: Largest message in octets; connections at once, of all and of one peer; recipients of a message. In the worst case the
#: listener holds `CONNECTIONS * MESSAGE` octets.
MESSAGE, CONNECTIONS, OF_ONE_PEER, RECIPIENTS = 25_000_000, 20, 10, 50
#: How long a peer may be silent, and how long a connection lives, in seconds.
SILENT_S, CONNECTION_S = 60.0, 900.0
SCHEMES = ("smtp", "lmtp")


@dataclass(frozen=True, slots=True)
class Door:
    """A place to listen at. `protocol` is smtp (RFC 5321) or lmtp (RFC 2033)."""

    protocol: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Welcome:
    """Addresses and whole domains (`@example.net`) for which mail is taken in. A tag (`desk+…@`) is part of its address."""

    addresses: frozenset[str]
    domains: frozenset[str]

    def takes(self, address: str) -> bool:
        """Whether mail to `address` is for us."""
        local, _, domain = address.lower().rpartition("@")
        return domain in self.domains or f"{local.partition('+')[0]}@{domain}" in self.addresses


def door_at(url: str) -> Door:
    """`smtp://host:port` or `lmtp://host:port`. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname or not parts.port:
        raise ValueError("TALLY_MAIL_IN is a list of smtp://host:port and lmtp://host:port")
    return Door(parts.scheme, parts.hostname, parts.port)


def welcome(desk_address: str, sender: str, further: tuple[str, ...]) -> Welcome:
    """Whose mail is taken: the desk's, our own sender's (to which reports come), and what else was named.

    Raises ValueError for what is neither an address nor a domain.
    """
    named = [each for each in (desk_address, sender, *further) if each]
    if not all("@" in each and not each.endswith("@") for each in named):
        raise ValueError(
            "TALLY_DESK_ADDRESS and TALLY_MAIL_ACCEPTED hold addresses (desk@example.net) or domains (@example.net)"
        )
    domains = frozenset(each[1:].lower() for each in named if each.startswith("@"))
    return Welcome(frozenset(each.lower() for each in named if not each.startswith("@")), domains)
