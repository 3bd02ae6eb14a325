"""How is an act on a push done? One script, told how the fence stands, and safe on so many replicas before it counts.

Where the operator has switched the fence off for a store with replicas, WAIT takes its place: what was
done counts once they have it too. Each script writes also where it only repeats an answer (`wrote` in lua/common.lua), so WAIT
never speaks for a replica that has nothing.
"""

from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from adapters.redis_store.connect import Client, at_node, trouble
from adapters.redis_store.fence import Fence
from adapters.redis_store.scripts import Script, load_script
from core.errors import StoreUnavailable

WAIT_MS = 500
_ASKS = 3
_ASK = (b"ask", [b"ask"])
_NOTHING_DONE = (None, b"full", b"gone", b"held", [b"gone"], [b"held"], [b"ticket"])
"""Answers that promise nobody anything. All others are given only once the replicas have what they speak of."""


class Acts:
    """The scripts that judge a push, by name."""

    def __init__(self, client: Client, fence: Fence, names: Sequence[str], *, replicas: int = 0) -> None:
        """`replicas`: how many must have each act where the fence is off; 0 for none."""
        self._client = client
        self._fence = fence
        self._replicas = replicas
        self._scripts = {name: load_script(client, name, judges=True) for name in names}

    async def do(self, name: str, keys: Sequence[str], *args: bytes | int) -> Any:
        """The script's reply. Raises StoreUnavailable when it cannot be known, or is not safe yet; call it again then."""
        async with trouble(self._client):
            word = (await self._fence.standing()).word
            for _ in range(_ASKS):
                reply = await self._once(self._scripts[name], keys, [word, *args])
                if reply not in _ASK:
                    return reply
                word = (await self._fence.look_again()).word
        raise StoreUnavailable("the store changes faster than its facts can be read")

    async def _once(self, script: Script, keys: Sequence[str], args: Sequence[bytes | int | str]) -> Any:
        if self._replicas == 0 or args[0] != "off":
            return await script(keys=keys, args=args)
        reply, have_it = await self._and_wait(script, keys, args)
        if have_it < self._replicas and reply not in _NOTHING_DONE:
            raise StoreUnavailable("too few replicas have it")
        return reply

    async def _and_wait(self, script: Script, keys: Sequence[str], args: Sequence[bytes | int | str]) -> list[Any]:
        """The reply, and how many replicas have it. Both go down one connection: WAIT speaks of what that one wrote."""

        async def send(node: Redis, asking: bool) -> list[Any]:
            answers = await _send(node, script, keys, args, self._replicas, asking=asking)
            for answer in answers:
                if isinstance(answer, Exception):
                    raise answer
            return answers

        return await at_node(self._client, keys[0], send)


async def _send(
    node: Redis, script: Script, keys: Sequence[str], args: Sequence[bytes | int | str], replicas: int, *, asking: bool
) -> list[Any]:
    for whole in (False, True):
        async with node.pipeline(transaction=False) as act:
            if asking:
                act.execute_command("ASKING")
            if whole:  # a server that does not know the script: nobody can flush it in between
                act.eval(script.source, len(keys), *keys, *args)
            else:
                act.evalsha(script.sha, len(keys), *keys, *args)
            act.wait(replicas, WAIT_MS)
            *_, reply, have_it = await act.execute(raise_on_error=False)
        if not isinstance(reply, NoScriptError):
            break
    return [reply, have_it]
