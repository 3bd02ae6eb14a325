"""How does the app's picture come about? `python -m adapters.teams.package.icons` draws both anew.

The mark is the keyhole of our pages, in the ring of their seal, so that who knows one knows the other.
Pictures lie beside this file as they were drawn: no library draws at run time, and a package has the same bytes everywhere.
"""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

ACCENT = (0x0C, 0x4F, 0x4D)
"""The accent of our pages, red, green and blue."""
COLOR, OUTLINE = "color.png", "outline.png"
COLOR_SIDE, OUTLINE_SIDE = 192, 32
_WHITE = (255, 255, 255)
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SAMPLES = 8
"""Looks at each pixel, each way: edges in 64 steps."""

Shape = Callable[[float, float], bool]
"""Whether a point is inside; the middle is (0, 0), the ring's outer edge is 1 away from it."""


def mark(stroke: float) -> Shape:
    """The keyhole in its ring, which is `stroke` wide."""
    return lambda x, y: (1 - stroke) ** 2 <= x * x + y * y <= 1 or _keyhole(x, y)


def _keyhole(x: float, y: float) -> bool:
    # adapters/web/static/mark.svg, whose seal is 15 wide: a disc, and a foot that grows wider.
    x, y = x * 15, y * 15
    return x * x + (y + 2.9) ** 2 <= 4.6**2 or (1.1 <= y <= 7 and abs(x) <= 2.3 + (y - 1.1) * 1.3 / 5.9)


def coverage(shape: Shape, side: int, radius: float, row: int) -> list[float]:
    """How much of each pixel of that row is inside, 0 to 1; the ring's outer edge is `radius` pixels from the middle."""
    offsets = [(one + 0.5) / _SAMPLES - side / 2 for one in range(_SAMPLES)]

    def inside(column: int) -> float:
        hits = sum(shape((column + x) / radius, (row + y) / radius) for x in offsets for y in offsets)
        return hits / _SAMPLES**2

    return [inside(column) for column in range(side)]


def color_row(row: int) -> bytes:
    """A row of the color icon, 192 x 192, opaque to its corners: clients round them as they like. The mark keeps clear of where they cut."""
    return b"".join(bytes(_mixed(part)) for part in coverage(mark(0.11), COLOR_SIDE, 62, row))


def outline_row(row: int) -> bytes:
    """A row of the outline icon, 32 x 32, white on nothing: clients colour it."""
    return b"".join(bytes((*_WHITE, round(part * 255))) for part in coverage(mark(0.13), OUTLINE_SIDE, 15, row))


def _mixed(part: float) -> list[int]:
    return [round(under + (over - under) * part) for under, over in zip(ACCENT, _WHITE, strict=True)]


def _png(rows: list[bytes], *, kind: int) -> bytes:
    """A square PNG of 8 bits a colour (W3C PNG, sections 5 and 11); `kind` 2 is RGB, 6 RGB and alpha."""
    raw = b"".join(b"\0" + row for row in rows)
    header = struct.pack(">IIBBBBB", len(rows), len(rows), 8, kind, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(raw, 9)) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


if __name__ == "__main__":
    Path(__file__).with_name(COLOR).write_bytes(_png([color_row(row) for row in range(COLOR_SIDE)], kind=2))
    Path(__file__).with_name(OUTLINE).write_bytes(_png([outline_row(row) for row in range(OUTLINE_SIDE)], kind=6))
