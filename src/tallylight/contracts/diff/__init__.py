"""What one contract text changes against another, clause by clause, as the customer feels it. Pure.

`clauses` is the table: every leaf of the agreement has a judgement there, and a test refuses a leaf without one. `walk` finds
the differences, `notice` says how long before each must be told, `sentences` says it in words.
"""

from tallylight.contracts.diff.effect import Effect
from tallylight.contracts.diff.notice import Amendment, NoticedChange, amendment
from tallylight.contracts.diff.sentences import Said, conclusion, headline, said
from tallylight.contracts.diff.walk import Difference, differences

__all__ = [
    "Amendment",
    "Difference",
    "Effect",
    "NoticedChange",
    "Said",
    "amendment",
    "conclusion",
    "differences",
    "headline",
    "said",
]
