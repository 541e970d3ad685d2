"""Tallylight: the after-sales system of a live-streaming acceleration network. The contract that runs."""

__version__ = "0.1.0"
