"""Which questions are asked? In the order of the table."""

from tests.faults.question import Question
from tests.faults.rows import answers_lost, kill_app, readers, state_machine, store_trouble

ALL: list[Question] = [question for row in (readers, answers_lost, kill_app, store_trouble, state_machine) for question in row.QUESTIONS]
