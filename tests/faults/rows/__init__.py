"""Which questions are asked? In the order of the table."""

from tests.faults.question import Question
from tests.faults.rows import answers_lost, kill_app, readers

ALL: list[Question] = [question for row in (readers, answers_lost, kill_app) for question in row.QUESTIONS]
