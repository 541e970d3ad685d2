"""What can keep a document from being set."""

from __future__ import annotations

from tallylight.kernel.errors import TallyError, Unavailable, gettext_noop


class FontsMissing(Unavailable):
    code = "fonts-missing"
    title = gettext_noop("The fonts that documents are set in are not on this machine.")
    advice = gettext_noop("Run “make assets” in the checkout, or install the built package, which carries them.")


class NotTypeset(TallyError):
    """The typesetter refused a document: a defect of ours, never of the text, which it does not interpret."""

    code = "not-typeset"
    title = gettext_noop("This document could not be set as PDF: %(reason)s")
    advice = gettext_noop("Take the HTML instead, and tell support the code below.")
