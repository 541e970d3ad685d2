from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tallylight.accounts.api import PersonCard, Role
from tallylight.support.ownership import choose_owner

people = st.builds(
    PersonCard,
    id=st.uuids(),
    name=st.just("somebody"),
    email=st.just("somebody@x.example"),
    role=st.sampled_from(list(Role)),
    locale=st.just("en"),
    timezone=st.just("UTC"),
)
staffs = st.lists(people, max_size=6, unique_by=lambda each: each.id)
loads = st.integers(0, 5)


@given(in_role=staffs, others=staffs, data=st.data())
def test_a_ticket_has_an_owner_whenever_there_is_anybody(
    in_role: list[PersonCard], others: list[PersonCard], data: st.DataObject
) -> None:
    pending: dict[UUID, int] = {each.id: data.draw(loads) for each in [*in_role, *others]}
    owner = choose_owner(in_role, others, pending)
    if not in_role and not others:
        assert owner is None
        return
    assert owner in (in_role or others)
    assert owner is not None
    assert all(pending[owner.id] <= pending[each.id] for each in in_role or others)


@given(in_role=staffs.filter(bool))
def test_among_equals_the_longest_serving_owns_it(in_role: list[PersonCard]) -> None:
    assert choose_owner(in_role, [], {}) == in_role[0]
