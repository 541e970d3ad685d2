"""Errors that carry facts and a stable code; the HTTP edge turns them into RFC 9457 problem details.

    TallyError
    ├── Invalid        400  what was sent can't be used as it is
    ├── NotSignedIn    401  who are you?
    ├── Refused        403  known, but not allowed
    ├── NotFound       404  no such thing, or not yours: the two are told apart to nobody
    ├── Conflict       409  true of the request, not of the world any more
    ├── TooLarge       413  over a bound
    ├── TooMany        429  over a rate
    └── Unavailable    503  a part we depend on is away; nothing was lost, try again

A room's own errors subclass one of these, set `code`, `title` and `advice` (marked with `gettext_noop` and filled from the
facts by name), and are raised with facts: `raise CreditExceedsInvoice(credit=credit, invoice=invoice.id)`.
"""

from __future__ import annotations

from typing import Any, ClassVar


def gettext_noop(message: str) -> str:
    """Marks a sentence for the message catalogues; it is translated where it is shown."""
    return message


class TallyError(Exception):
    """The root. `facts` fill the named places of `title` and `advice`; none of them may be a secret."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = gettext_noop("Something went wrong on our side.")
    advice: ClassVar[str] = gettext_noop(
        "Nothing was lost. Try again; if it happens twice, tell support the code below."
    )

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.title % facts if facts else self.title)

    def facts_in(self, language: str) -> dict[str, Any]:  # noqa: ARG002 - for errors whose facts are sentences
        """The facts as a reader of `language` (BCP 47) is told them."""
        return self.facts


class Invalid(TallyError):
    status = 400
    code = "invalid"
    title = gettext_noop("This request can't be used as it is.")
    advice = gettext_noop("Correct what is named and send it again.")


class NotSignedIn(TallyError):
    status = 401
    code = "not-signed-in"
    title = gettext_noop("You are not signed in.")
    advice = gettext_noop("Sign in, or send a valid token.")


class Refused(TallyError):
    status = 403
    code = "refused"
    title = gettext_noop("This is not open to you.")
    advice = gettext_noop("Ask an administrator of your organisation for the role that is needed.")


class NotFound(TallyError):
    status = 404
    code = "not-found"
    title = gettext_noop("There is nothing here.")
    advice = gettext_noop("Check the address, or start from the first page.")


class Conflict(TallyError):
    status = 409
    code = "conflict"
    title = gettext_noop("This changed in the meantime.")
    advice = gettext_noop("Load it again and repeat what is still needed.")


class TooLarge(TallyError):
    status = 413
    code = "too-large"
    title = gettext_noop("This is larger than we take.")
    advice = gettext_noop("Send less at a time.")


class TooMany(TallyError):
    status = 429
    code = "too-many"
    title = gettext_noop("Too many requests.")
    advice = gettext_noop("Wait for the time given in Retry-After.")


class Unavailable(TallyError):
    status = 503
    code = "unavailable"
    title = gettext_noop("A part we depend on is away.")
    advice = gettext_noop("Nothing was lost. Try again in a few seconds.")
