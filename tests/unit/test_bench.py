"""Do the benchmark's figures and tables come out right?"""

import json

import pytest

from bench.figures import Figure, Records, quantile
from bench.table import as_json, lines_of, number, replace_block

CLAIM = Figure("claim", "claim")
RATE = Figure("rate", "opened a second", more_is_better=True)


@pytest.fixture
def records() -> Records:
    """Two rounds; in the second the machine was ten times as slow, for both alike."""
    return Records(
        [
            {"ours": {"claim": [1.0, 2.0, 3.0], "rate": [100.0]}, "theirs": {"claim": [4.0], "rate": [50.0]}},
            {"ours": {"claim": [20.0], "rate": [10.0]}, "theirs": {"claim": [40.0], "rate": [5.0]}},
        ]
    )


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([7.0], 0.95, 7.0), ([3.0, 1.0, 2.0], 1.0, 3.0), ([float(n) for n in range(100, 0, -1)], 0.95, 95.0), ([1.0, 2.0], 0.5, 1.0)],
)
def test_a_quantile_is_the_value_of_the_nearest_rank(values: list[float], share: float, expected: float) -> None:
    assert quantile(values, share) == expected


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], 0.0), ([1.0], 1.1)])
def test_a_quantile_of_nothing_is_refused(values: list[float], share: float) -> None:
    with pytest.raises(ValueError):
        quantile(values, share)


def test_a_summary_is_over_every_value_of_every_round(records: Records) -> None:
    found = records.summary("ours", CLAIM)
    assert found is not None
    assert (found.median, found.p95, found.count) == (2.5, 20.0, 4)


def test_what_was_not_measured_has_neither_summary_nor_ratio(records: Records) -> None:
    assert records.summary("nobody", CLAIM) is None
    assert records.speed_ratio(CLAIM, "ours", "nobody") is None
    assert Records().speed_ratio(CLAIM, "ours", "theirs") is None


def test_half_the_time_and_twice_the_rate_are_both_twice_as_fast(records: Records) -> None:
    assert records.speed_ratio(CLAIM, "ours", "theirs") == 2.0
    assert records.speed_ratio(RATE, "ours", "theirs") == 2.0
    assert records.speed_ratio(CLAIM, "theirs", "ours") == 0.5


@pytest.mark.parametrize(("value", "shown"), [(None, "-"), (0.061, "0.06"), (3.14159, "3.14"), (31.4159, "31.4"), (2015.7, "2016")])
def test_a_number_shows_the_digits_that_count(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_a_table_has_a_row_for_each_figure_and_dashes_where_nothing_was_measured(records: Records) -> None:
    head, units, claim, ack = lines_of("one client, ms", records, [CLAIM, Figure("ack", "ack")], ["ours", "theirs"])
    assert head.split() == ["one", "client,", "ms", "ours", "theirs", "vs", "theirs"]
    assert units.split() == ["median", "p95", "median", "p95"]
    assert claim.split() == ["claim", "2.50", "20.0", "22.0", "40.0", "x", "2.00"]
    assert ack.split() == ["ack", "-", "-", "-", "-", "-"]


def test_columns_stand_under_their_headings(records: Records) -> None:
    head, units, claim, rate = lines_of("title", records, [CLAIM, RATE], ["ours", "theirs"])
    assert len(head) == len(claim) == len(rate)
    assert claim.index("2.50") + 4 == units.index("median") + 6


def test_the_json_has_what_the_table_has(records: Records) -> None:
    told = json.loads(json.dumps(as_json(records, [CLAIM, RATE], ["ours", "theirs"])))
    assert told["rounds"] == 2
    assert told["subjects"]["ours"]["claim"] == {"median": 2.5, "p95": 20.0, "p99": 20.0, "count": 4}
    assert told["speed_ratios"] == {"theirs": {"claim": 2.0, "rate": 2.0}}


def test_writing_into_a_document_changes_the_block_and_nothing_else() -> None:
    document = "before\n<!-- b -->\nold\n<!-- /b -->\nafter\n"
    once = replace_block(document, "b", ["new"])
    assert once == "before\n<!-- b -->\n```text\nnew\n```\n<!-- /b -->\nafter\n"
    assert replace_block(once, "b", ["new"]) == once


@pytest.mark.parametrize("document", ["", "<!-- b -->", "<!-- /b --> <!-- b -->"])
def test_a_document_without_the_block_is_refused(document: str) -> None:
    with pytest.raises(ValueError):
        replace_block(document, "b", [])
