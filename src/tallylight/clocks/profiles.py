"""The promises that every contract and every privacy law knows, as profiles. What differs by contract is an argument.

A profile says how a promise is counted; when its days are, and which of them are closed, is said by the calendar it is read with:
weekdays and the public holidays of the place whose law it is, in that place's zone.
"""

from __future__ import annotations

from datetime import timedelta

from tallylight.clocks.log import DayRules, Profile, Target, business_days, days, months

#: The code that UK_GDPR_REQUEST waits for.
IDENTITY = "identity-verified"


def response(target: timedelta) -> Profile:
    """A person who can act takes the case within `target`."""
    return Profile("response", target)


def update(target: timedelta) -> Profile:
    """The customer hears the next news within `target`, again and again."""
    return Profile("update", target, repeats=True)


def mitigation(target: timedelta, *, pause_cap: timedelta | None = None) -> Profile:
    """The harm is stemmed within `target`, by a workaround or a detour, mended or not."""
    return Profile("mitigation", target, pause_cap=pause_cap)


def resolution(target: timedelta, *, pause_cap: timedelta | None = None) -> Profile:
    """The service is back within `target`."""
    return Profile("resolution", target, pause_cap=pause_cap)


def claim_window(target: Target) -> Profile:
    """A claim for credit is in time within `target` of the event it starts with, and until the next open day where it ends on a
    closed one."""
    return Profile("claim-window", target, days=DayRules(rolls_forward=True))


def invoice_term(target: Target) -> Profile:
    """An invoice is paid within `target` of its date, which is not counted; until the next open day where the last is closed."""
    return Profile("invoice-term", target, days=DayRules(rolls_forward=True))


def change_notice(target: Target) -> Profile:
    """A change takes effect no sooner than `target` after its announcement: the due instant is the earliest."""
    return Profile("change-notice", target)


#: A request of a data subject: one month from receipt, and two more if the subject is told why within the first.
GDPR_REQUEST = Profile(
    "gdpr-request",
    months(1),
    extension=months(2),
    days=DayRules(rolls_forward=True),
    source="GDPR Art. 12(3); Regulation (EEC, Euratom) 1182/71 Art. 3",
)

#: The same in the United Kingdom: the month runs from the day on which the identity is known, if that was in doubt, and a
#: question about what is meant stops it from the day it is asked to the day it is answered. The ICO counts the day of receipt as
#: the first and ends on the corresponding date, which is the same last day.
UK_GDPR_REQUEST = Profile(
    "uk-gdpr-request",
    months(1),
    starts_after=IDENTITY,
    extension=months(2),
    days=DayRules(pause_day_counts=False, rolls_forward=True),
    source="UK GDPR Art. 12 and 12A (Data (Use and Access) Act 2025, s. 76); ICO, Right of access, How long do we have to comply",
)

#: That a request to delete, correct or know was received is confirmed.
CCPA_CONFIRMATION = Profile("ccpa-confirmation", business_days(10), source="11 CCR § 7021(a)")

#: A request to delete, correct or know: verifying it does not stop the clock. Days are counted without the first (Cal. Civ. Code
#: § 10); the end is not moved off a weekend, which is the stricter reading.
CCPA_REQUEST = Profile(
    "ccpa-request", days(45), extension=days(45), source="Cal. Civ. Code § 1798.130(a)(2)(A); 11 CCR § 7021(b)"
)

#: A request to opt out of sale and sharing.
CCPA_OPT_OUT = Profile("ccpa-opt-out", business_days(15), source="11 CCR § 7026(f)")

#: A request under the PIPL, which says "timely" and gives no number. Fifteen working days is the longest that app operators may
#: promise or take; the national standard would allow thirty days (GB/T 35273-2020, 8.7).
PIPL_REQUEST = Profile(
    "pipl-request",
    business_days(15),
    source="PIPL Art. 50; App 违法违规收集使用个人信息行为认定方法 (2019) Art. 6; Civil Code Art. 201",
)

#: The clocks that laws set, by name.
STATUTORY = {
    each.name: each
    for each in (GDPR_REQUEST, UK_GDPR_REQUEST, CCPA_CONFIRMATION, CCPA_REQUEST, CCPA_OPT_OUT, PIPL_REQUEST)
}
