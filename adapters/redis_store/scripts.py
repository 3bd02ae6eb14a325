"""Which scripts does the store run for us? Those of lua/."""

from importlib.resources import files

from redis.commands.core import AsyncScript

from adapters.redis_store.connect import Client


def load_script(client: Client, name: str, *, judges: bool = False) -> AsyncScript:
    """The script lua/<name>.lua; one that `judges` a push has lua/common.lua put below its first line."""
    folder = files(__package__) / "lua"
    first, _, rest = (folder / f"{name}.lua").read_text(encoding="utf-8").partition("\n")
    shared = (folder / "common.lua").read_text(encoding="utf-8") if judges else ""
    return client.register_script(f"{first}\n{shared}\n{rest}")
