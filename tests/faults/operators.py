"""What does an operator's work do to live pushes?  `python -m tests.faults.operators [--only TEXT] [--write-docs]`

docs/how-to/planned-restarts.md holds the table.
"""

import asyncio
import os
import textwrap
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import click
import structlog

from adapters.redis_store.connect import connect, masters
from adapters.redis_store.push_store import RedisPushStore
from adapters.redis_store.pushes import count_pushes
from bench.children import ROOT
from bench.table import write_block
from bot.settings import Settings, load
from bot.store import StoreReport, adopt, look
from core.keyring import KeyRing
from core.link import encode
from core.push import Attempt, Granted, SealedPush, Terms
from tests.faults.operations import ALL, NotHereError, Operation, Site
from tests.faults.progress import Progress
from tests.servers import folder

DOCUMENT = ROOT / "docs" / "how-to" / "planned-restarts.md"
BLOCK = "tests:operators"
PUSHES = 20
"""Unread ones, half of them made before half time; and as many that are opened after it."""

Advice = Literal["nothing", "pushpw store adopt", "do not adopt: senders Release or Burn", "senders push again"]
Fate = Literal["open", "held", "lost"]
_WIDTHS = (40, 19, 4, 4, 4, 3, 9, 9, 21)
_HEADS = ("what is done", "mode", "open", "held", "lost", "new", "adopt:", "adopt:", "what to do")
_HEADS_TOO = ("", "", "", "", "", "gen", "open", "second", "")


@dataclass(frozen=True)
class Effect:
    """What became of the pushes, counted."""

    operation: Operation
    before: StoreReport
    after: StoreReport
    unread: Counter[Fate]
    adopted: int
    """Unread pushes that could be opened after `pushpw store adopt`."""
    second: int
    """Opened pushes that a second reader could then open too."""
    new_generation: bool
    """Whether what is there was made on another generation than the store's own."""

    @property
    def advice(self) -> Advice:
        if self.unread["held"] and self.operation.planned:
            return "pushpw store adopt"
        if self.unread["held"]:
            return "do not adopt: senders Release or Burn"
        return "senders push again" if self.unread["lost"] else "nothing"


async def effect_of(operation: Operation, pushes: int = PUSHES) -> Effect:
    """Make pushes, open some, let the operator work, and look. Raises NotHereError."""
    key = os.urandom(32)
    with folder() as at, ExitStack() as closing:
        site = Site(at, closing)
        steps = operation.steps(site)
        url = next(steps)
        before = await look(settings(url, key))
        async with store_at(url, key) as store:
            unread = [await make(site, store) for _ in range(pushes // 2)]
            opened = [await make(site, store) for _ in range(pushes)]
            next(steps)
            assert await opens(store, opened) == pushes
            unread += [await make(site, store) for _ in range(pushes - len(unread))]
        url = next(steps)
        after, new_generation = await look(settings(url, key)), await is_another(url)
        async with store_at(url, key) as store:
            fates = Counter([await fate_of(store, push) for push in unread])
            await adopt(settings(url, key), lambda released: None)
            return Effect(operation, before, after, fates, await opens(store, unread), await opens(store, opened), new_generation)


def settings(url: str, key: bytes) -> Settings:
    return load(None, PUSHPW_BASE_URL="http://127.0.0.1:8080", PUSHPW_REDIS_URL=url, PUSHPW_SEAL_KEYS=encode(key))


async def is_another(url: str) -> bool:
    client = connect(url, timeout=5)
    try:
        return any([(await count_pushes(server)).of_other_generations for server in await masters(client)])
    finally:
        await client.aclose()


@asynccontextmanager
async def store_at(url: str, key: bytes) -> AsyncIterator[RedisPushStore]:
    client = connect(url, timeout=5)
    try:
        yield RedisPushStore(client, KeyRing([key], os.urandom))
    finally:
        await client.aclose()


async def make(site: Site, store: RedisPushStore) -> SealedPush:
    push = SealedPush(site.new_id(), os.urandom(200), os.urandom(32), None, Terms(600, 1), None)
    assert await store.keep(push)
    return push


async def opens(store: RedisPushStore, pushes: Sequence[SealedPush]) -> int:
    """How many a stranger with the link could open, and did; each is acknowledged."""
    granted = 0
    for push in pushes:
        attempt = Attempt(os.urandom(16), push.link_proof)
        if isinstance(await store.claim(push.id, attempt), Granted):
            granted += await store.acknowledge(push.id, attempt.nonce)
    return granted


async def fate_of(store: RedisPushStore, push: SealedPush) -> Fate:
    known = await store.status(push.id)
    return "lost" if known is None else "held" if known.held else "open"


def lines_of(effects: Sequence[Effect]) -> list[str]:
    lines = [_line(_HEADS), _line(_HEADS_TOO), _line(["-" * width for width in _WIDTHS])]
    for effect in effects:
        unread, modes = effect.unread, (effect.before.standing.mode, effect.after.standing.mode)
        cells = [
            effect.operation.what,
            modes[0] if modes[0] == modes[1] else " to ".join(modes),
            *(str(unread[fate]) for fate in ("open", "held", "lost")),
            "yes" if effect.new_generation else "no" if unread["open"] else "-",
            str(effect.adopted),
            str(effect.second),
            effect.advice,
        ]
        wrapped = [textwrap.wrap(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True)]
        lines += [_line([cell[at] if at < len(cell) else "" for cell in wrapped]) for at in range(max(map(len, wrapped)))]
    return lines


def _line(cells: Sequence[str]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


async def measure(operations: Sequence[Operation]) -> list[Effect]:
    effects, progress = [], Progress()
    for operation in operations:
        progress.begin(operation.what)
        try:
            effects.append(await effect_of(operation))
        except NotHereError as missing:
            progress.end(f"not measured: {missing}")
        else:
            progress.end(effects[-1].advice)
    return effects


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", default="", help="Only what has this in its name.")
@click.option("--write-docs", is_flag=True, help="Also put the table into docs/how-to/planned-restarts.md.")
def main(*, only: str, write_docs: bool) -> None:
    """Restart, replace and rearrange real stores, and count what becomes of the pushes in them."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    lines = lines_of(asyncio.run(measure([operation for operation in ALL if only in operation.what])))
    click.echo("\n".join(lines))
    if write_docs:
        write_block(DOCUMENT, BLOCK, lines)


if __name__ == "__main__":
    main()
