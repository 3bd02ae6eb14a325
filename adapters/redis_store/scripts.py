"""Which scripts does the store run for us? Those of lua/."""

from functools import cache
from importlib.resources import files

from redis.commands.core import AsyncScript

from adapters.redis_store.connect import Client


def load_script(client: Client, name: str, *, judges: bool = False) -> AsyncScript:
    """The script lua/<name>.lua; one that `judges` a push has lua/common.lua put below its first line."""
    first, _, rest = _text(name).partition("\n")
    shared = _text("common") if judges else ""
    return client.register_script(f"{first}\n{shared}\n{rest}")


@cache
def _text(name: str) -> str:
    return (files(__package__) / "lua" / f"{name}.lua").read_text(encoding="utf-8")
