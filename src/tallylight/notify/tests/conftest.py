from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tallylight.notify.tests.sink import Sink, listening


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    """A real SMTP server that everything is sent to."""
    with listening() as found:
        settings.SMTP_URL = found.url
        yield found
