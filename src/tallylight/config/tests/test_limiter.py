"""Each caller is held to a rate; the table of callers is bounded."""

from __future__ import annotations

from tallylight.config.security import Limiter


def test_a_burst_passes_and_the_next_one_waits() -> None:
    limiter = Limiter(per_second=2, burst=3)
    assert [limiter.wait_s("a", at=0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert limiter.wait_s("a", at=0.0) == 0.5


def test_tokens_come_back_with_time_but_never_above_the_burst() -> None:
    limiter = Limiter(per_second=1, burst=2)
    limiter.wait_s("a", at=0.0)
    assert [limiter.wait_s("a", at=100.0) for _ in range(3)] == [0.0, 0.0, 1.0]


def test_one_caller_does_not_pay_for_another() -> None:
    limiter = Limiter(per_second=1, burst=1)
    limiter.wait_s("a", at=0.0)
    assert limiter.wait_s("b", at=0.0) == 0.0


def test_the_longest_unheard_caller_is_forgotten_first() -> None:
    limiter = Limiter(per_second=0.001, burst=1, callers=2)
    for caller in ("a", "b", "a", "c"):
        limiter.wait_s(caller, at=0.0)
    assert limiter.wait_s("b", at=0.0) == 0.0
    assert limiter.wait_s("c", at=0.0) > 0
