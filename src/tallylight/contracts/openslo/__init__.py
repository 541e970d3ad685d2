"""Objectives to and from OpenSLO v1 (https://openslo.com): SLO, SLI and Service documents. Pure.

The two don't say the same things. Whatever one side can't say is named: kept in an annotation that other tools pass over, or left
out. Nothing is dropped silently and nothing is guessed silently.
"""

from tallylight.contracts.openslo.inward import Imported, objectives_from
from tallylight.contracts.openslo.outward import Exported, documents_of
from tallylight.contracts.openslo.terms import Unsaid
from tallylight.contracts.openslo.yaml import NotOpenSlo, dump, load

__all__ = ["Exported", "Imported", "NotOpenSlo", "Unsaid", "documents_of", "dump", "load", "objectives_from"]
