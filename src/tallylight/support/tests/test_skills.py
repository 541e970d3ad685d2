from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.support.skills import Need, Profile, asked_for, full, knows, speaks

languages = st.sampled_from(["en", "zh-hans"])
words = st.sampled_from(["webrtc", "rtmp", "packet-loss"])
profiles = st.builds(Profile, st.frozensets(languages), st.frozensets(words), st.none() | st.integers(0, 5))
needs = st.builds(Need, st.just("") | languages, st.just("") | words)


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("WebRTC stutters", "webrtc"),
        ("webrtcx stutters", ""),
        ("We see packet loss on RTMP.", "packet-loss"),
        ("有 webrtc 的问题", "webrtc"),
        ("", ""),
    ],
)
def test_a_ticket_asks_for_the_skill_that_its_words_name(text: str, skill: str) -> None:
    assert asked_for(text, ["rtmp", "webrtc", "packet-loss"]) == skill


@given(need=needs)
def test_of_whom_nothing_is_known_fits_everything(need: Need) -> None:
    assert speaks(None, need)
    assert knows(None, need)
    assert not full(None, 10_000)


@given(profile=profiles, need=needs, more=words)
def test_learning_something_never_makes_anybody_fit_less(profile: Profile, need: Need, more: str) -> None:
    wiser = Profile(profile.languages, profile.skills | {more}, profile.most)
    assert knows(wiser, need) >= knows(profile, need)
    assert speaks(wiser, need) is speaks(profile, need)


@given(profile=profiles, pending=st.integers(0, 10))
def test_a_limit_is_reached_and_never_passed(profile: Profile, pending: int) -> None:
    assert full(profile, pending) is (profile.most is not None and pending >= profile.most)
