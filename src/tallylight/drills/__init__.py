"""Drills: hurt a node on purpose, watch every promise, and say second by second what held.

Promise: a drill changes nothing but the way to the node, and gives the way back whatever happens to the drill itself.
"""
