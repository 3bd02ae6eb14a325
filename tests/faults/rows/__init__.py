"""Which questions are asked? In the order of the table."""

from tests.faults.question import Question
from tests.faults.rows import (
    answers_lost,
    beside,
    clocks,
    kill_app,
    noscript,
    readers,
    rollback,
    signatures,
    state_machine,
    store_trouble,
    takeover,
    terms,
    topologies,
)

_STORE_REPLACED = (rollback, takeover, topologies)
ALL: list[Question] = [
    question
    for row in (
        readers,
        beside,
        answers_lost,
        kill_app,
        *_STORE_REPLACED,
        store_trouble,
        noscript,
        clocks,
        terms,
        signatures,
        state_machine,
    )
    for question in row.QUESTIONS
]
