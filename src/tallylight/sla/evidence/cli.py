"""`tally evidence`: hand out a month's evidence, verify such a file, check the chains, change the signing key."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tallylight.kernel import clock
from tallylight.sla.evidence import verify_tallylight_evidence


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs of `tally evidence` and their arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    export = verbs.add_parser("export", help="write a customer's month as one file that anybody can recompute")
    export.add_argument("customer", metavar="CUSTOMER", help="the customer's slug")
    export.add_argument("month", metavar="MONTH", help="year and month, such as 2026-11")
    export.add_argument("-o", "--output", type=Path, metavar="FILE", help="where to (default: a name of its own, here)")
    verify = verbs.add_parser("verify", help="recompute an evidence file, offline")
    verify.add_argument("file", metavar="FILE")
    verify.add_argument("--key", metavar="HEX", help="the public key you trust")
    verify.add_argument("--json", action="store_true", help="say it as JSON")
    check = verbs.add_parser("check", help="walk the chains of sealed days and name the first link that does not hold")
    check.add_argument("customers", metavar="CUSTOMER", nargs="*", help="slugs (default: all customers)")
    verbs.add_parser("seal", help="seal the days that are due now, without waiting for the hour")
    keys = verbs.add_parser("keys", help="show the public keys that evidence is signed with")
    keys.add_argument("--rotate", action="store_true", help="put a new key in place of the one that signs")


def main(args: argparse.Namespace) -> int:
    """The exit code: 0 when all is well, 1 when something does not match, 2 when a file is no evidence."""
    if args.verb == "verify":
        words = [args.file, *(["--key", args.key] if args.key else []), *(["--json"] if args.json else [])]
        return verify_tallylight_evidence.main(words)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallylight.config.settings")
    import django

    django.setup()
    return {"export": _export, "check": _check, "seal": _seal, "keys": _keys}[args.verb](args)


def _export(args: argparse.Namespace) -> int:
    from tallylight.accounts.api import organisation_by_slug
    from tallylight.sla.evidence.export import evidence_of

    made = evidence_of(organisation_by_slug(args.customer).id, args.month, now=clock.now())
    path = args.output or Path(made.name)
    path.write_bytes(made.octets)
    print(f"{path}: {len(made.octets):,} octets")
    return verify_tallylight_evidence.main([str(path)])


def _check(args: argparse.Namespace) -> int:
    from tallylight.accounts.api import organisation_by_slug, organisations
    from tallylight.sla.check import check_chain
    from tallylight.sla.errors import ChainBroken

    broken = 0
    for customer in map(organisation_by_slug, args.customers) if args.customers else organisations():
        try:
            found = check_chain(customer.id)
            print(f"{customer.slug}: {found.links} links hold; the last is {found.head}")
        except ChainBroken as error:
            broken = 1
            print(f"{customer.slug}: {error}", file=sys.stderr)
    return broken


def _seal(_args: argparse.Namespace) -> int:
    from tallylight.accounts.api import organisations
    from tallylight.sla.sealing import seal_due

    print(f"{seal_due([each.id for each in organisations()], now=clock.now())} links made")
    return 0


def _keys(args: argparse.Namespace) -> int:
    from tallylight.sla.evidence import keys

    now = clock.now()
    if args.rotate:
        keys.rotate(now=now)
    for key in keys.published(now=now):
        until = f"retired {clock.rfc3339(key.retired_at)}" if key.retired_at else "signs"
        print(f"{key.public}  since {clock.rfc3339(key.made_at)}, {until}")
    return 0
