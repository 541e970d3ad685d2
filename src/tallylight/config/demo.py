"""The demo: a provider, four regions, two customers under their contracts, and a way in for each. Harmless when repeated."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import OrganisationKind, Role
from tallylight.accounts.errors import AddressTaken
from tallylight.config import demo_oncall
from tallylight.config.environment import Environment
from tallylight.config.places import NODES, REGIONS
from tallylight.contracts import api as contracts
from tallylight.fleet import api as fleet

#: Where the example contracts are, in a copy of the repository.
CONTRACTS = Path(__file__).resolve().parents[3] / "examples" / "contracts"
PROVIDER = "tallylight"
PROVIDER_NAME = "Tallylight Demo Network"


@dataclass(frozen=True, slots=True)
class Cast:
    """Somebody in the demo. `contract` is a customer's file; None for the provider's people."""

    login: str
    name: str
    role: Role
    contract: str | None = None
    locale: str = "en"
    timezone: str = "UTC"


PEOPLE = (
    Cast("agent@tallylight.example", "Ana Ruiz", Role.AGENT, timezone="Europe/Berlin"),
    Cast("engineer@tallylight.example", "Wei Chen", Role.ENGINEER, locale="zh-hans", timezone="Asia/Singapore"),
    Cast("manager@tallylight.example", "Omar Haddad", Role.MANAGER, timezone="Asia/Dubai"),
    Cast("admin@tallylight.example", "Ingrid Falk", Role.ADMIN, timezone="Europe/Berlin"),
    Cast("mia@lumen.example", "Mia Tan", Role.MEMBER, "starter.yaml", timezone="Asia/Singapore"),
    Cast("li@astra.example", "李明", Role.MEMBER, "key-account.yaml", locale="zh-hans", timezone="Asia/Dubai"),
)


@dataclass(frozen=True, slots=True)
class Login:
    """A way in."""

    login: str
    password: str
    name: str
    role: str
    organisation: str


def set_up(environment: Environment, *, now: datetime) -> list[Login]:
    """Make whatever of the demo is missing and return its logins. Raises FileNotFoundError without the example contracts."""
    with transaction.atomic():
        for code, (english, chinese) in REGIONS.items():
            fleet.add_region(code, en=english, zh=chinese)
        accounts.create_organisation(PROVIDER, PROVIDER_NAME, OrganisationKind.PROVIDER)
        customers = {name: _customer(name, now=now) for name in ("starter.yaml", "key-account.yaml")}
        logins = [_login(each, customers.get(each.contract or "", PROVIDER), environment) for each in PEOPLE]
        demo_oncall.set_up(PROVIDER, now=now)
    for node, region in NODES.items():
        _grant(node, region, environment, now=now)
    return logins


def write_down(logins: list[Login], environment: Environment) -> None:
    """The logins in the secrets folder, one a line, readable by the owner only: `tally up` shows them."""
    lines = [f"{each.login:<30} {each.password:<45} {each.role:<9} {each.organisation}" for each in logins]
    _write_privately(environment.home / "secrets" / "demo-logins", "\n".join(lines) + "\n")


def as_json(logins: list[Login]) -> dict[str, object]:
    """The demo as JSON values."""
    return {"logins": [asdict(each) for each in logins], "nodes": list(NODES)}


def _customer(contract: str, *, now: datetime) -> str:
    """The customer that the contract names, with the contract in force; returns its slug."""
    source = (CONTRACTS / contract).read_text(encoding="utf-8")
    agreement = contracts.read(source)
    slug = agreement.customer.slug
    locale = "zh-hans" if agreement.locale.lower().startswith("zh") else "en"
    organisation = accounts.create_organisation(
        slug, agreement.customer.name, OrganisationKind.CUSTOMER, timezone=agreement.timezone, locale=locale
    )
    if not contracts.versions(organisation):
        contracts.put_in_force(organisation, source, None, now)
    return slug


def _login(cast: Cast, organisation: str, environment: Environment) -> Login:
    password = environment.secret(f"demo-{cast.login.replace('@', '-at-')}")
    try:
        with transaction.atomic():
            accounts.create_person(
                cast.login,
                cast.name,
                organisation,
                cast.role,
                password=password,
                timezone=cast.timezone,
                locale=cast.locale,
                signatory=cast.role is Role.MEMBER,
            )
    except AddressTaken:
        pass  # made by an earlier run
    return Login(cast.login, password, cast.name, cast.role.value, organisation)


def _grant(node: str, region: str, environment: Environment, *, now: datetime) -> None:
    """A fresh enrolment token in the secrets folder, readable by its owner only, unless the node has joined already."""
    path = environment.home / "secrets" / f"enrol-{node}"
    if any(each.name == node for each in fleet.nodes()):
        path.unlink(missing_ok=True)
        return
    token = fleet.grant_enrolment(node, region, now=now)
    _write_privately(path, token)


def _write_privately(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.rename(path)
