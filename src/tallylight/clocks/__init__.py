"""The one clock engine: every deadline of every promise, read from its event log.

Promises: a reading is a pure function of log, profile, calendar and instant; every moment since the start is either counted or
excluded, with its reason; what was used is never forgotten.
"""
