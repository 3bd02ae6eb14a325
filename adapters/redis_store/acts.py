"""How is an act on a push done? One script, told how the fence stands, and safe on so many replicas before it counts.

Where the operator has switched the fence off for a store with replicas, WAIT takes its place: what was
done counts once they have it too. Every act of a claim writes, a redelivery included, so WAIT
never speaks for a replica that has nothing.
"""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import NoScriptError

from adapters.redis_store.connect import trouble
from adapters.redis_store.fence import Fence
from core.errors import StoreUnavailable

WAIT_MS = 500
_ASKS = 3
_LOADS = 5
_ASK = (b"ask", [b"ask"])
_NOTHING_DONE = (0, None, b"full", b"gone", b"held", [b"gone"], [b"held"], [b"ticket"])


def load_script(redis: Redis, name: str, *, judges: bool = False) -> AsyncScript:
    """The script lua/<name>.lua; one that `judges` a push has lua/common.lua put below its first line."""
    folder = files(__package__) / "lua"
    first, _, rest = (folder / f"{name}.lua").read_text(encoding="utf-8").partition("\n")
    shared = (folder / "common.lua").read_text(encoding="utf-8") if judges else ""
    return redis.register_script(f"{first}\n{shared}\n{rest}")


class Acts:
    """The scripts that judge a push, by name."""

    def __init__(self, redis: Redis, fence: Fence, names: Sequence[str], *, replicas: int = 0) -> None:
        """`replicas`: how many must have each act where the fence is off; 0 for none."""
        self._redis = redis
        self._fence = fence
        self._replicas = replicas
        self._scripts = {name: load_script(redis, name, judges=True) for name in names}

    async def do(self, name: str, keys: Sequence[str], *args: bytes | int) -> Any:
        """The script's reply. Raises StoreUnavailable when it cannot be known, or is not safe yet; call it again then."""
        async with trouble(self._redis):
            word = (await self._fence.standing()).word
            for _ in range(_ASKS):
                reply = await self._once(self._scripts[name], keys, [word, *args])
                if reply not in _ASK:
                    return reply
                word = (await self._fence.look_again()).word
        raise StoreUnavailable("the store changes faster than its facts can be read")

    async def _once(self, script: AsyncScript, keys: Sequence[str], args: Sequence[bytes | int | str]) -> Any:
        if self._replicas == 0 or args[0] != "off":
            return await script(keys=keys, args=args)
        reply, have_it = await self._and_wait(script, keys, args)
        if have_it < self._replicas and reply not in _NOTHING_DONE:
            raise StoreUnavailable("too few replicas have it")
        return reply

    async def _and_wait(self, script: AsyncScript, keys: Sequence[str], args: Sequence[bytes | int | str]) -> list[Any]:
        """The reply, and how many replicas have it. Both go down one connection: WAIT speaks of what that one wrote."""
        for _ in range(_LOADS):
            async with self._redis.pipeline(transaction=False) as act:
                act.evalsha(script.sha, len(keys), *keys, *args)
                act.wait(self._replicas, WAIT_MS)
                reply, have_it = await act.execute(raise_on_error=False)
            if not isinstance(reply, NoScriptError):
                break
            await self._redis.script_load(script.script)
        for answer in (reply, have_it):
            if isinstance(answer, Exception):
                raise answer
        return [reply, have_it]
