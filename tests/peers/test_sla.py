"""The world that bench-sla measures is one that the product takes on."""

from __future__ import annotations

import pytest
from bench.sla_world import FEES, contract

from tallylight.contracts import api as contracts


@pytest.mark.parametrize("customer", range(len(FEES)))
def test_every_contract_of_the_bench_is_sound(customer: int) -> None:
    assert contracts.read(contract(customer)).fees.monthly is not None
