"""Who is told that a push expired unread?

The store forgets by itself; this only looks through the list of what should have expired by now
and brings receipt cards up to date. Any number of processes may sweep: each push goes to one.
"""

import asyncio

import structlog

from core.errors import StoreUnavailable
from core.receipts import Receipts

log = structlog.get_logger(__name__)

BATCH = 100


async def sweep_for_ever(receipts: Receipts, *, every_seconds: float) -> None:
    """Sweep, rest, and again, until cancelled. A store that is away, or a bug, is tried again at the next round."""
    while True:
        try:
            while await receipts.tell_expired(BATCH) == BATCH:
                pass
        except StoreUnavailable as trouble:
            log.warning("sweep_postponed", cause=type(trouble.__cause__).__name__)
        except Exception:  # nobody waits for this task: without this, one bug would end all sweeping unheard
            log.exception("sweep_broke")
        await asyncio.sleep(every_seconds)
