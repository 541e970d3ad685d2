"""What was promised about each minute, and what was kept: slices, attainment and the credit they earn.

Promises: every minute since the contract began is good, bad, unknown or excluded, with its reason; a credit can be followed from
the amount back to the minutes, to the cent.
"""
