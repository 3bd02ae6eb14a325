"""Does every row reach its goal, at about a twentieth of its full figure?"""

import pytest

from tests.faults.question import Question
from tests.faults.rows import ALL

A_TWENTIETH = 0.05
ON_A_BUSY_MACHINE = 5.0
"""So many times the promised seconds: the figure itself is printed by `make test-faults`."""


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.name)
async def test_the_goal_is_reached(question: Question):
    row = await question.ask(A_TWENTIETH, lambda done, of: None, leniency=ON_A_BUSY_MACHINE)
    assert row.reached, row
