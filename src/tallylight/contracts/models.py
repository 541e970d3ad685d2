"""Tables: contract versions, each stored once and never changed; proposals and the signatures under them."""

from __future__ import annotations

from typing import Any

from django.db import models

from tallylight.accounts.api import TenantModel
from tallylight.contracts.commercial import Side
from tallylight.contracts.proposal import ProposalState
from tallylight.kernel.errors import TallyError
from tallylight.kernel.ids import new_id


class NeverRewritten(TallyError):
    """Somebody tried to change a stored contract or a signature; the database refuses it too."""

    code = "contract-immutable"


class Proposal(TenantModel):
    """A text that one side wants to put in force. Only its state is ever changed, and only once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    source = models.TextField()
    document = models.JSONField()
    effective_from = models.DateTimeField()
    open_until = models.DateTimeField()
    base = models.ForeignKey("ContractVersion", null=True, on_delete=models.PROTECT, related_name="+")
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(default="")
    proposed_by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    proposed_side = models.CharField(max_length=16, choices=[(side.value, side.value) for side in Side])
    proposed_at = models.DateTimeField()
    state = models.CharField(
        max_length=16,
        choices=[(state.value, state.value) for state in ProposalState],
        default=ProposalState.PROPOSED.value,
    )
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(default="")

    class Meta:
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(state="proposed"), name="one_open_proposal"
            ),
            models.CheckConstraint(
                condition=models.Q(state="proposed", settled_at=None)
                | (~models.Q(state="proposed") & models.Q(settled_at__isnull=False)),
                name="settled_proposals_say_when",
            ),
            models.CheckConstraint(
                condition=models.Q(open_until__gt=models.F("proposed_at")), name="a_proposal_stands_for_a_while"
            ),
        ]


class Signature(TenantModel):
    """One side's acceptance of one hash. Only ever added, and only to an open proposal of that very hash.

    What is kept is what shows who agreed to what: no address of a machine and no name of a browser.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=16, choices=[(side.value, side.value) for side in Side])
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    capacity = models.CharField(max_length=200)
    role = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=16)
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["signed_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "side"], name="a_side_signs_once"),
            models.UniqueConstraint(fields=["proposal", "person"], name="nobody_signs_for_both_sides"),
            models.CheckConstraint(condition=models.Q(side__in=[side.value for side in Side]), name="one_of_two_sides"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise NeverRewritten(signature=self.id)
        super().save(*args, **kwargs)


class ContractVersion(TenantModel):
    """One segment of an organisation's contract: this text applies from `effective_from` until a later segment begins.

    `effective_to` is the end of a term that does not renew. Rows are only ever added: an amendment is a new row.
    `proposal` carries both sides' signatures; a version without one was accepted outside Tallylight, on paper, and put in
    force by the operator.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    source = models.TextField()
    document = models.JSONField()
    effective_from = models.DateTimeField()
    effective_to = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField()
    accepted_by = models.ForeignKey("accounts.Person", null=True, on_delete=models.PROTECT, related_name="+")
    proposal = models.OneToOneField(Proposal, null=True, on_delete=models.PROTECT, related_name="version")

    class Meta:
        ordering = ["-effective_from", "-id"]
        constraints = [
            # A signed version has its proposal to itself; one put in force by the operator is stored once.
            models.UniqueConstraint(
                fields=["organisation", "effective_from", "sha256"],
                condition=models.Q(proposal=None),
                name="one_segment_once",
            ),
            models.CheckConstraint(
                condition=models.Q(effective_to=None) | models.Q(effective_to__gt=models.F("effective_from")),
                name="segment_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-effective_from", "-id"], name="segment_at_instant")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise NeverRewritten(version=self.id)
        super().save(*args, **kwargs)
