"""Does every row reach its goal, at about a twentieth of its full figure?"""

import pytest

from tests.faults.question import Question
from tests.faults.rows import ALL

A_TWENTIETH = 0.05


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.name)
async def test_the_goal_is_reached(question: Question):
    row = await question.ask(A_TWENTIETH, lambda done, of: None)
    assert row.reached, row
