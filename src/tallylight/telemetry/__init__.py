"""What the network is doing now and what it did: ingest, the live window, history, trends.

Promises: a batch is acknowledged only when it is on disk; an acknowledged sample is in history once, whatever is killed
when; the live view never waits for history; a gap is a gap and never an old value; bad input hurts its sender only.
"""
