"""Regions and nodes: what exists, where it is reached, and who may speak for it.

Promise: a node joins by a one-time token, speaks with a key that is kept hashed, and always knows whom to probe.
"""
