"""Does the table show what was found, and the progress that something goes on?"""

import io
import time

import pytest
from click.testing import CliRunner

from tests.faults import __main__ as command
from tests.faults.progress import Progress
from tests.faults.question import Found, Question, Tick, Took
from tests.faults.table import Row, lines_of, summary


def answered(measured: str, *, reached: bool) -> Question:
    async def measure(trials: int, tick: Tick) -> Found:
        tick(trials, trials)
        return Found(measured.format(trials=trials), reached)

    return Question("asked", "what is asked", "the goal", 100, measure, least=7)


async def broken(trials: int, tick: Tick) -> Found:
    raise RuntimeError


def test_a_row_stands_in_one_line_where_it_fits():
    head, rule, line = lines_of([Row("what", "goal", "0 lost", True, 1.26)])
    assert head.split() == ["row", "goal", "measured", "seconds"]
    assert line.split() == ["what", "goal", "0", "lost", "1.3"]
    assert [len(part) for part in rule.split()] == [42, 34, 52, 7]


def test_long_cells_go_on_below_and_say_nothing_less():
    row = Row("a " * 60, "b " * 40, "c " * 90, True, 1.0)
    lines = lines_of([row])[2:]
    assert len(lines) > 1
    said = " ".join(lines)
    assert {letter: said.count(letter) for letter in "abc"} == {"a": 60, "b": 40, "c": 90}


def test_a_missed_goal_is_marked_and_counted():
    rows = [Row("a", "g", "m", True, 1.0), Row("b", "g", "m", False, 2.0)]
    assert [line.endswith("MISSED") for line in lines_of(rows)[2:]] == [False, True]
    assert summary(rows) == "1 of 2 goals reached in 3 s"


@pytest.mark.parametrize(("scale", "trials"), [(1.0, 100), (0.5, 50), (0.05, 7), (2.0, 200)])
def test_a_scale_never_goes_below_what_could_fail(scale: float, trials: int):
    assert answered("", reached=True).trials(scale) == trials


async def test_a_row_is_what_was_measured():
    row = await answered("{trials} seen", reached=True).ask(0.5, lambda done, of: None)
    assert (row.what, row.goal, row.measured, row.reached) == ("what is asked", "the goal", "50 seen", True)


async def test_a_row_that_breaks_is_missed_and_says_so():
    row = await Question("x", "x", "x", 1, broken).ask(1, lambda done, of: None)
    assert (row.measured, row.reached) == ("not measured: RuntimeError", False)


@pytest.mark.parametrize(("leniency", "reached"), [(1.0, False), (5.0, True)])
def test_a_promised_time_may_be_stretched_for_a_busy_machine(leniency: float, reached: bool):
    found = Found("all well", True, (Took("slowest", 1.5, below=1.0),))
    assert found.judged(leniency) is reached
    assert str(found) == "all well; slowest 1.50 s"
    assert not Found("not well", False).judged(leniency)


def test_the_page_holds_every_row_as_the_command_printed_it():
    printed = command.DOCUMENT.read_text().partition(f"<!-- {command.BLOCK} -->")[2].partition(f"<!-- /{command.BLOCK} -->")[0]
    firsts = [lines_of([Row(question.what, "", "", True, 0)])[2][:42].rstrip() for question in command.ALL]
    assert [first for first in firsts if f"\n{first}" not in printed] == []
    assert "scale 1\n" in printed
    assert "MISSED" not in printed


@pytest.mark.parametrize(("reached", "code"), [(True, 0), (False, 1)])
def test_the_command_prints_the_table_and_tells_by_its_exit_code(monkeypatch: pytest.MonkeyPatch, reached: bool, code: int):
    monkeypatch.setattr(command, "ALL", [answered("seen {trials}", reached=reached)])
    ended = CliRunner().invoke(command.main, ["--scale", "0.5"])
    assert ended.exit_code == code
    assert "seen 50" in ended.output
    assert f"{int(reached)} of 1 goals reached" in ended.output


def test_progress_elsewhere_than_on_a_terminal_is_a_line_now_and_then():
    out = io.StringIO()
    progress = Progress(out, every=3600)
    progress.begin("a row")
    for done in range(1000):
        progress.tick(done, 1000)
    progress.end("seen")
    assert out.getvalue() == "a row: ...\na row: seen\n"


def test_progress_on_a_terminal_is_one_live_line():
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    progress = Progress(out)
    progress.begin("a row")
    until = time.monotonic() + 0.11
    while time.monotonic() < until:
        progress.tick(1, 2)
    progress.end("seen")
    assert out.getvalue().count("\n") == 1
    assert "a row: 1 of 2" in out.getvalue()
