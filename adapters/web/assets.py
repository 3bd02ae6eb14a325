"""Which static files are served, and under which names?

A file's name has a hash of its bytes, so it may be kept for ever; what a browser executes also
has an integrity value in the page that names it. Only what stands in the table here is served:
no path of a request ever reaches the file system.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

PREFIX = "/static/"

# One script and one style sheet, from sources that each do one thing: what they import would carry no integrity value.
_SCRIPT = ("link.js", "sealing.js", "payload.js", "exchange.js", "clipboard.js", "scenes.js", "retrieval.js")
_STYLE = ("ground.css", "envelope.css", "content.css", "circumstances.css")  # the later one wins
_TABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "support.js": (("support.js",), "text/javascript"),
    "pushpw.js": (_SCRIPT, "text/javascript"),
    "pushpw.css": (_STYLE, "text/css"),
    "mark.svg": (("mark.svg",), "image/svg+xml"),
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file: where it is served, as what, and how a page vouches for it."""

    path: str
    content_type: str
    integrity: str
    content: bytes = field(repr=False)


@cache
def load_assets() -> dict[str, Asset]:
    """Every static file, by the name that templates call it."""
    return {name: _load(name, sources, content_type) for name, (sources, content_type) in _TABLE.items()}


def _load(name: str, sources: tuple[str, ...], content_type: str) -> Asset:
    folder = files(__package__) / "static"
    content = b"\n".join((folder / source).read_bytes() for source in sources)
    stem, _, ending = name.rpartition(".")
    path = f"{PREFIX}{stem}.{hashlib.sha256(content).hexdigest()[:16]}.{ending}"
    integrity = "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode("ascii")
    return Asset(path, content_type, integrity, content)
