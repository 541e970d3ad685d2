"""The monthly service report: what was promised and kept, in black and white, for each customer, in both languages.

Promises: after a month every customer has one report, made and mailed once whatever is killed meanwhile; a report that was handed
out is never changed; where a month changed until it was sealed, the next edition says what.
"""
