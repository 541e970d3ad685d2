from __future__ import annotations

from collections.abc import Iterator

import pytest

from tallylight.edge.tests.hub import TestHub


@pytest.fixture
def hub() -> Iterator[TestHub]:
    hub = TestHub()
    hub.start()
    yield hub
    hub.stop()
