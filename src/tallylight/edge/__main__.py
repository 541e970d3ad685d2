"""`python -m tallylight.edge`: the agent without the rest of the house."""

from __future__ import annotations

import argparse
import sys

from tallylight.edge.cli import add_arguments, main

parser = argparse.ArgumentParser(prog="tally edge")
add_arguments(parser)
sys.exit(main(parser.parse_args()))
