"""An event survives the way through JSON, and can't be told before somebody carries it."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import get_type_hints
from uuid import UUID

import pytest

from tallylight.kernel import events
from tallylight.kernel.ids import new_id

SAMPLES = {UUID: new_id(), datetime: datetime(2026, 3, 29, 1, 0, 0, 123456, tzinfo=UTC), int: 2, str: "sha"}


@pytest.mark.parametrize("kind", events.Event.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_event_survives_json(kind: type[events.Event]) -> None:
    hints = get_type_hints(kind)
    event = kind(**{field.name: SAMPLES[hints[field.name]] for field in dataclasses.fields(kind)})
    assert events.decode(json.loads(json.dumps(events.encode(event)))) == event


def test_a_name_that_nobody_gave_is_refused() -> None:
    with pytest.raises(KeyError):
        events.decode({"event": "SomethingElse"})


def test_an_event_without_a_carrier_is_an_error_and_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_carrier", None)
    with pytest.raises(RuntimeError):
        events.publish(events.ThresholdRaised(alert=new_id(), at=SAMPLES[datetime]))
