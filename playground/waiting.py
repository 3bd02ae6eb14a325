"""How does a test wait for a fact, without asking the clock?"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def pause_until(fact: Callable[[], T], pulse: Callable[[], asyncio.Event], within: float) -> T:
    """What `fact` gives, as soon as that is true; looks again at each pulse. A LookupError counts as not yet.

    Raises TimeoutError after `within` seconds.
    """
    async with asyncio.timeout(within):
        while True:
            next_pulse = pulse()
            try:
                found = fact()
            except LookupError:
                pass
            else:
                if found:
                    return found
            await next_pulse.wait()
