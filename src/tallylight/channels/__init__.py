"""Everything that comes in from outside: kept first, then read, then given to whoever it is for.

A received item is a row before its sender hears that we have it. A job reads it into one typed `Inbound`, and an event tells
the rooms above. What can't be read or placed waits for people and holds up nothing else.
"""
