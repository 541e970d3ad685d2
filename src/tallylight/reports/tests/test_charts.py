"""Charts: the same bytes for the same values, well-formed, every figure in words beside its mark."""

from __future__ import annotations

from xml.etree import ElementTree

from tallylight.reports.charts import BudgetBar, PromiseBar, Strip, budget_chart, calendar_chart, promise_chart

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - our own


def filled(svg: str, pattern: str) -> int:
    """How many marks below the legend are filled with a pattern."""
    marks = ElementTree.fromstring(svg).iter(f"{SVG}rect")  # noqa: S314 - our own
    return sum(each.get("fill") == f"url(#{pattern})" and float(each.get("y", "0")) > 6 for each in marks)


def test_a_missed_objective_is_hatched_and_says_so_in_words() -> None:
    bars = [
        BudgetBar("Latency, Singapore", 105.4, missed=True, figure="235 of 223, missed"),
        BudgetBar("Loss, Virginia", 9.0, missed=False, figure="20 of 223"),
    ]
    svg = budget_chart(bars, title="Budgets", limit="all")
    assert filled(svg, "bad") == 1
    assert {"235 of 223, missed", "20 of 223", "Latency, Singapore", "all"} <= set(texts(svg))
    assert svg == budget_chart(bars, title="Budgets", limit="all")


def test_a_day_with_bad_minutes_says_how_many_and_an_unknown_one_is_dotted() -> None:
    strip = Strip("Latency", bad=(0, 190, 0), unknown=(0, 5, 120))
    svg = calendar_chart([strip], days=3, title="Days", bad="bad", unknown="unknown")
    assert (filled(svg, "bad"), filled(svg, "unknown")) == (1, 1)
    assert "190" in texts(svg)


def test_kept_and_broken_stand_side_by_side() -> None:
    svg = promise_chart([PromiseBar("Response", kept=3, broken=1, figure="3 of 4 kept")], title="Support")
    assert filled(svg, "bad") == 1
    assert "3 of 4 kept" in texts(svg)


def test_names_can_not_bring_in_markup() -> None:
    svg = budget_chart([BudgetBar("<script>&", 1.0, missed=False, figure="1")], title="<b>", limit="x")
    assert "<script>&" in texts(svg)
