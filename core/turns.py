"""How do many who want the same thing done get it done once?"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    asked: int = 0
    served: int = 0


class Turns:
    """One at a time by name; whoever came before a turn began shares it, and whoever came later has one that saw all they know."""

    def __init__(self) -> None:
        self._turns: dict[str, _Turn] = {}

    async def share(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Returns when `work` was done by somebody who began it after this was called. Raises what one's own turn raises."""
        turn = self._turns.setdefault(name, _Turn())
        turn.asked += 1
        turn.waiting += 1
        mine = turn.asked
        try:
            async with turn.lock:
                if turn.served >= mine:
                    return
                begun = turn.asked
                await work()
                turn.served = begun
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                del self._turns[name]
