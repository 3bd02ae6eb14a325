"""Does each thing that an operator may do to a store still do to live pushes what the document says, and is its advice sound?"""

from collections import Counter
from dataclasses import replace

import pytest

from tests.faults.operations import ALL, NotHereError, Operation
from tests.faults.operators import BLOCK, DOCUMENT, PUSHES, Effect, effect_of, lines_of

FEW = 4


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.what)
async def test_what_the_document_says_of_it_is_so(operation: Operation):
    try:
        effect = await effect_of(operation, FEW)
    except NotHereError as missing:
        pytest.skip(str(missing))
    assert effect.adopted == effect.unread["open"] + effect.unread["held"]
    if effect.advice in ("nothing", "pushpw store adopt"):
        assert (effect.second, effect.unread["lost"]) == (0, 0)
    assert lines_of([at_full_size(effect)])[3:] == lines_in_document(operation)


def at_full_size(effect: Effect) -> Effect:
    """As many pushes as the document counts."""
    times = PUSHES // FEW
    unread = Counter({fate: number * times for fate, number in effect.unread.items()})
    return replace(effect, unread=unread, adopted=effect.adopted * times, second=effect.second * times)


def lines_in_document(operation: Operation) -> list[str]:
    """Its row, as the command printed it."""
    printed = DOCUMENT.read_text().partition(f"<!-- {BLOCK} -->\n```text\n")[2].partition("```")[0].splitlines()
    rows: list[list[str]] = []
    for line in printed[3:]:
        if line[42:60].strip():  # a row's first line has a mode
            rows.append([line])
        else:
            rows[-1].append(line)
    return next(row for row in rows if " ".join(line[:40].strip() for line in row).strip() == operation.what)
