"""Which scripts does the store run for us? Those of lua/, whatever the server has forgotten meanwhile."""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from redis.exceptions import NoScriptError

from adapters.redis_store.connect import Client


class Script:
    """One Lua script. Sent by its hash, and as a whole to a server that does not know it.

    The client's own way is to load it and then to send the hash again: whoever flushes the scripts in
    between, or fails over, makes that an error. EVAL brings the script along, so there is no between.
    """

    def __init__(self, client: Client, source: str) -> None:
        self._client = client
        self.source = source
        self.sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()  # the server's own name for it

    async def __call__(self, keys: Sequence[str], args: Sequence[bytes | int | str] = ()) -> Any:
        """What the script gives back. Raises what the client raises, but never NoScriptError."""
        said: Any = (len(keys), *keys, *args)
        asking: Any
        try:
            asking = self._client.evalsha(self.sha, *said)
            return await asking
        except NoScriptError:
            asking = self._client.eval(self.source, *said)
            return await asking


def load_script(client: Client, name: str, *, judges: bool = False) -> Script:
    """The script lua/<name>.lua; one that `judges` a push has lua/common.lua put below its first line."""
    first, _, rest = _text(name).partition("\n")
    shared = _text("common") if judges else ""
    return Script(client, f"{first}\n{shared}\n{rest}")


@cache
def _text(name: str) -> str:
    return (files(__package__) / "lua" / f"{name}.lua").read_text(encoding="utf-8")
