"""Who is told that a push expired unread, or a secret request unanswered?

The store forgets by itself; this only looks through the list of what should have expired by now
and brings receipt cards up to date. Any number of processes may sweep: each push goes to one.
"""

import asyncio
from typing import Protocol

import structlog

from core.errors import StoreUnavailable, Unreachable

log = structlog.get_logger(__name__)

BATCH = 100
AT_ONCE = 8


class Expiring(Protocol):
    """What expires by itself, and whose people want to know."""

    async def take_due(self, most: int) -> list[str]:
        """Names of up to `most` that have expired; each goes to one caller for a while."""

    async def tell_expired(self, name: str, /) -> None:
        """Tell those concerned, and settle it."""


async def sweep_for_ever(expiring: Expiring, *, every_seconds: float) -> None:
    """Sweep, rest, and again, until cancelled. Neither a store that is away nor one odd receipt ends it."""
    while True:
        try:
            while await sweep(expiring) == BATCH:
                pass
        except StoreUnavailable as trouble:
            log.warning("sweep_postponed", cause=type(trouble.__cause__).__name__)
        except Exception:  # the error boundary: without it nobody would ever be told again
            log.exception("sweep_broke")
        await asyncio.sleep(every_seconds)


async def sweep(expiring: Expiring) -> int:
    """Settle up to a batch of what has expired; how many there were. One that fails comes again after its lease."""
    due = await expiring.take_due(BATCH)
    room = asyncio.Semaphore(AT_ONCE)

    async def settle(reference: str) -> None:
        async with room:
            await _tell_expired(expiring, reference)

    # A few at a time, so that what was made together and shows on one card can share an edit of it.
    outcomes = await asyncio.gather(*map(settle, due), return_exceptions=True)
    if failed := next((outcome for outcome in outcomes if outcome is not None), None):
        raise failed
    return len(due)


async def _tell_expired(expiring: Expiring, reference: str) -> None:
    """Only a store that is away is anybody else's trouble."""
    try:
        await expiring.tell_expired(reference)
    except StoreUnavailable:
        raise
    except Unreachable as problem:
        log.warning("expiry_not_told_yet", push=reference, code=problem.reason)
    except Exception:  # one receipt that cannot be read must not keep the others waiting
        log.exception("expiry_not_told", push=reference)
