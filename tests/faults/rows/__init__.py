"""Which questions are asked? In the order of the table."""

from tests.faults.question import Question
from tests.faults.rows import answers_lost, readers

ALL: list[Question] = [question for row in (readers, answers_lost) for question in row.QUESTIONS]
