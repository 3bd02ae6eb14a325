"""Which questions are asked? In the order of the table."""

from tests.faults.question import Question
from tests.faults.rows import (
    answers_lost,
    beside,
    clocks,
    failover,
    kill_app,
    kill_store,
    noscript,
    readers,
    signatures,
    store_trouble,
    terms,
)

ALL: list[Question] = [
    question
    for row in (readers, beside, answers_lost, kill_app, kill_store, failover, store_trouble, noscript, clocks, terms, signatures)
    for question in row.QUESTIONS
]
