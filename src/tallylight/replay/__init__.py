"""What a contract draft would have meant: past tickets, incidents and slices judged again under it, beside what really applied.

Promises: a replay of the contract that was in force says what really happened; what can't be judged again is said to be unknown
and never counts as kept; people's deeds stay as they were, only what was promised of them changes.
"""
