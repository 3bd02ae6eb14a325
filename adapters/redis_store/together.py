"""How do many who ask the store at the same moment ask it once?

The way to the store costs far more than one answer more. Who asks within one turn of the event loop asks
together with all others of that turn; nobody waits for others to come.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

MOST_AT_ONCE = 64

Asked = TypeVar("Asked")
Told = TypeVar("Told")


class Together(Generic[Asked, Told]):
    """Asks for each what was asked, and tells each their own answer. What goes wrong is raised for everybody who asked."""

    def __init__(self, ask: Callable[[list[Asked]], Awaitable[Sequence[Told]]], *, most: int = MOST_AT_ONCE) -> None:
        """`ask`: the answers in the order of the questions, of which it is given `most` at a time."""
        self._ask = ask
        self._most = most
        self._waiting: list[tuple[Asked, asyncio.Future[Told]]] = []
        self._under_way: set[asyncio.Task[None]] = set()

    async def __call__(self, asked: Asked) -> Told:
        """The answer. Who is cancelled meanwhile takes nobody else's answer along."""
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        if not self._waiting or len(self._waiting) >= self._most:
            self._waiting = []
            task = asyncio.create_task(self._answer(self._waiting))
            self._under_way.add(task)  # asyncio itself keeps only weak references
            task.add_done_callback(self._under_way.discard)
        self._waiting.append((asked, answer))
        return await answer

    async def _answer(self, waiting: list[tuple[Asked, asyncio.Future[Told]]]) -> None:
        if self._waiting is waiting:
            self._waiting = []  # from here on nobody joins
        try:
            told = await self._ask([asked for asked, _ in waiting])
        except asyncio.CancelledError:
            for _, answer in waiting:
                answer.cancel()
            raise
        except Exception as problem:  # noqa: BLE001  # whoever asked hears of it
            for _, answer in waiting:
                if not answer.done():
                    answer.set_exception(problem)
            return
        for (_, answer), said in zip(waiting, told, strict=True):
            if not answer.done():
                answer.set_result(said)
