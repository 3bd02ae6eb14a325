"""Which questions are asked? In the order of the table."""

from tests.faults.question import Question
from tests.faults.rows import answers_lost, takeover, kill_app, readers, rollback, store_trouble, topologies

ALL: list[Question] = [
    question for row in (readers, answers_lost, kill_app, rollback, takeover, topologies, store_trouble) for question in row.QUESTIONS
]
