"""What can be wrong with a contract, each with its place in the text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tallylight.contracts.problem import Problem, told
from tallylight.kernel.errors import Conflict, Invalid, NotFound, Refused, gettext_noop


class ContractInvalid(Invalid):
    """A contract source can't be used; `problems` names every fault found, in the order of the text."""

    code = "contract-invalid"
    title = gettext_noop("This contract was not loaded. Faults found: %(count)d.")
    advice = gettext_noop("Correct each line that is named and send the whole contract again.")

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda each: (each.line, each.column, each.path, each.message)))
        super().__init__(count=len(self.problems), problems=[str(each) for each in self.problems])

    def facts_in(self, language: str) -> dict[str, Any]:
        """`problems` as lint gives them: line, column, path, message and advice of each."""
        return self.facts | {"problems": [told(each, language).plain() for each in self.problems]}


class WrongCustomer(Conflict):
    code = "contract-for-somebody-else"
    title = gettext_noop("This contract is for %(named)s, not for %(asked)s.")
    advice = gettext_noop("Name the organisation's own slug under parties, customer, or choose the other organisation.")


class NoContract(NotFound):
    code = "no-contract"
    title = gettext_noop("No contract was in force at that time.")
    advice = gettext_noop("Ask for a later time, or look at the list of versions.")


class SameText(Invalid):
    code = "contract-same-text"
    title = gettext_noop("This text says exactly what version %(number)s says.")
    advice = gettext_noop("Change what should be different, then propose it.")


class TermIsOver(Invalid):
    code = "contract-term-is-over"
    title = gettext_noop("The term of this contract ends at %(ends)s, before it could begin.")
    advice = gettext_noop("Let the term renew, make it longer, or name a later effective date.")


class OpenProposal(Conflict):
    code = "contract-proposal-open"
    title = gettext_noop("Another proposal, %(number)s, is open.")
    advice = gettext_noop("Read it first: sign it, decline it, or send your text as a counter-proposal to it.")


class MayNotSign(Refused):
    code = "may-not-sign"
    title = gettext_noop("You are not among those who may sign for your organisation.")
    advice = gettext_noop("Ask one of them; the contract page names them.")


class SignInPerson(Refused):
    code = "sign-in-person"
    title = gettext_noop("A token can't sign or settle a contract.")
    advice = gettext_noop("Sign in to the console and do it there yourself.")


class OtherText(Conflict):
    code = "contract-other-text"
    title = gettext_noop("The hash you signed is not the hash of this proposal.")
    advice = gettext_noop("Open the proposal again, read it, and sign what you read. Nothing was signed.")


class SideHasSigned(Conflict):
    code = "contract-side-has-signed"
    title = gettext_noop("%(name)s has signed this for your side already.")
    advice = gettext_noop("One signature for each side is enough; there is nothing left for you to do.")


class SignedForTheOtherSide(Refused):
    code = "signed-for-the-other-side"
    title = gettext_noop("You have signed this for the other side.")
    advice = gettext_noop("Somebody else has to sign for this one.")


class NotYoursToDecline(Refused):
    code = "not-yours-to-decline"
    title = gettext_noop("Your own side proposed this.")
    advice = gettext_noop("Withdraw it instead.")


class NotYoursToWithdraw(Refused):
    code = "not-yours-to-withdraw"
    title = gettext_noop("The other side proposed this.")
    advice = gettext_noop("Decline it instead, with a reason.")


class ProposalSettled(Conflict):
    """The root of what a settled proposal answers; see `SETTLED`."""

    code = "contract-proposal-settled"


class ProposalAccepted(ProposalSettled):
    code = "contract-proposal-accepted"
    title = gettext_noop("Both sides have accepted this proposal already.")
    advice = gettext_noop("Its text is among the versions of the contract.")


class ProposalDeclined(ProposalSettled):
    code = "contract-proposal-declined"
    title = gettext_noop("This proposal was declined.")
    advice = gettext_noop("Make a new proposal that answers the reason given.")


class ProposalWithdrawn(ProposalSettled):
    code = "contract-proposal-withdrawn"
    title = gettext_noop("This proposal was withdrawn in the meantime. Nothing was signed.")
    advice = gettext_noop("Look at the contract page for another proposal.")


class ProposalSuperseded(ProposalSettled):
    code = "contract-proposal-superseded"
    title = gettext_noop("Another proposal took the place of this one in the meantime. Nothing was signed.")
    advice = gettext_noop("Read the new proposal and sign that one.")


class ProposalLapsed(ProposalSettled):
    code = "contract-proposal-lapsed"
    title = gettext_noop("This proposal stood until %(until)s and has lapsed. Nothing was signed.")
    advice = gettext_noop("Ask for it to be proposed again.")


class ContractAmendedMeanwhile(ProposalSettled):
    code = "contract-amended-meanwhile"
    title = gettext_noop("The contract was amended after this was proposed, so it has lapsed. Nothing was signed.")
    advice = gettext_noop("Propose it again on the text that is in force now.")
