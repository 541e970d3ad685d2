"""Many alerts, one story: where it is, whom it hurts and how much, what happened when, and that it is over.

Promises: every alert belongs to exactly one incident; an incident is over only when each of its alerts was shown, by
measurement, to be over, and that is announced once; a customer sees only incidents that hurt it, and of those its own part.
"""
