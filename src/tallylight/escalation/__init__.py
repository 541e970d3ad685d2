"""Ladders: whom a matter is brought to, and when, while nobody has taken it in hand.

Promises: each step of a running ladder is taken exactly once, in order, at its instant or as soon after it as any process
lives; an acknowledgement stops the ladder at once; who was told what, when and how late is kept.
"""
