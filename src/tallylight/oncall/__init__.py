"""Who is on call: schedules of layered turns, overrides and swaps; gaps are told before they happen."""
