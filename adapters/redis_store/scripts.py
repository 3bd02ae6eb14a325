"""How is a script run, whatever the store has forgotten meanwhile?"""

import hashlib
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError


class Script:
    """One Lua script. Sent by its hash, and as a whole to a server that does not know it.

    The client's own way is to load it and then to send the hash again: whoever flushes the scripts
    in between, or fails over, makes that an error. EVAL brings the script along, so there is no between.
    """

    def __init__(self, redis: Redis, source: str) -> None:
        self._redis = redis
        self._source = source
        self._sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()  # the server's own name for it

    async def __call__(self, keys: Sequence[str], args: Sequence[bytes | int | str]) -> Any:
        """What the script gives back. Raises what the client raises, but never NoScriptError."""
        said: Any = (len(keys), *keys, *args)
        asking: Any
        try:
            asking = self._redis.evalsha(self._sha, *said)
            return await asking
        except NoScriptError:
            asking = self._redis.eval(self._source, *said)
            return await asking
