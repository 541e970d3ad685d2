"""What can be wrong with a contract, each with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass

from tallylight.kernel.errors import Conflict, Invalid, NotFound, gettext_noop


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault. `line` and `column` count from 1; `path` is dotted, such as `support.major.response`.

    `message` says what is wrong and `advice` what to write instead; both are whole English sentences.
    """

    line: int
    column: int
    path: str
    message: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message} {self.advice}".rstrip()


class ContractInvalid(Invalid):
    """A contract source can't be used; `problems` names every fault found, in the order of the text."""

    code = "contract-invalid"
    title = gettext_noop("This contract has %(count)d faults and was not loaded.")
    advice = gettext_noop("Correct each line that is named and send the whole contract again.")

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__(count=len(problems), problems=[str(each) for each in self.problems])


class WrongCustomer(Conflict):
    code = "contract-for-somebody-else"
    title = gettext_noop("This contract is for %(named)s, not for %(asked)s.")
    advice = gettext_noop("Name the organisation's own slug under parties, customer, or choose the other organisation.")


class NoContract(NotFound):
    code = "no-contract"
    title = gettext_noop("No contract was in force at that time.")
    advice = gettext_noop("Ask for a later time, or look at the list of versions.")
