"""`tally edge`: the command line of the agent."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from tallylight.edge import logs
from tallylight.edge.agent import run
from tallylight.edge.settings import EdgeSettings

_EXIT_CODES = """\
exit codes:
   0  told to stop (SIGTERM, SIGINT)
   2  wrong arguments
  69  the hub can't be reached at enrolment
  71  an address can't be bound
  73  the state folder can't be used
  77  the hub refuses this node: token unknown, used, expired or for another name; key revoked
  78  no token for a node that has not enrolled, or the state folder is another node's
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `tally edge`."""
    parser.description = "Measure the network from this node and report to the hub."
    parser.epilog = _EXIT_CODES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--name", required=True, help="the node's name at the hub")
    parser.add_argument("--hub", required=True, metavar="URL", help="the hub, as http(s)://host:port")
    parser.add_argument("--state", required=True, type=Path, metavar="DIR", help="folder for key and spool, made 0700")
    parser.add_argument(
        "--token-file", type=Path, metavar="F", help="file with the one-time enrolment token, for the first start"
    )
    parser.add_argument(
        "--stamp", required=True, type=_address, metavar="HOST:PORT", help="where the reflector listens (UDP)"
    )
    parser.add_argument(
        "--viewer", required=True, type=_address, metavar="HOST:PORT", help="where viewers' heartbeats come in (TCP)"
    )
    parser.add_argument("--host", default="", help="where others reach this node (default: the host of --stamp)")
    parser.add_argument(
        "--patience", type=float, default=15.0, metavar="S", help="how long enrolment waits for the hub (default: 15 s)"
    )
    parser.add_argument(
        "--spool-mb", type=int, default=256, metavar="N", help="bound of the spool on disk (default: 256)"
    )


def main(args: argparse.Namespace) -> int:
    """Run the agent with parsed arguments; returns the exit code."""
    logs.set_up()
    os.umask(0o077)
    (stamp_host, stamp_port), (viewer_host, viewer_port) = args.stamp, args.viewer
    return run(
        EdgeSettings(
            name=args.name,
            hub=args.hub,
            state=args.state,
            token=_token(args.token_file),
            stamp_host=stamp_host,
            stamp_port=stamp_port,
            viewer_host=viewer_host,
            viewer_port=viewer_port,
            host=args.host,
            patience_s=args.patience,
            spool_bytes=args.spool_mb << 20,
        )
    )


def _token(path: Path | None) -> str | None:
    """The token in the file; None when there is no file, which is all right once the node has enrolled."""
    if path is None or not path.exists():
        return None
    return path.read_text().strip() or None


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host.strip("[]"), int(port)
