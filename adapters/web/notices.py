"""How does a page look that only says something? One card, a sentence of what is so, at most one thing to do.

Other doors show such pages too: they bring the sentences and know nothing of HTML.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from adapters.web.headers import page_headers
from adapters.web.render import Brand, Pages
from adapters.wording.catalog import Words


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and what is said under it, point by point."""

    title: str
    points: Sequence[str]


@dataclass(frozen=True, slots=True)
class Notice:
    """What the card says. `scene` is the envelope's: sealed, open, empty, halted or waiting."""

    title: str
    lines: Sequence[str]
    points: Sequence[str]
    next_step: str
    act: str
    act_url: str
    scene: str
    sections: Sequence[Section] = ()


class NoticePages:
    """Pages without a script, in the house's look and under its headers."""

    def __init__(self, brand: Brand, *, https: bool, hsts: str) -> None:
        self._pages = Pages(brand)
        self._headers = page_headers(https=https, hsts=hsts)

    def show(
        self,
        words: Words,
        *,
        title: str,
        lines: Sequence[str] = (),
        points: Sequence[str] = (),
        next_step: str = "",
        act: str = "",
        act_url: str = "",
        scene: str = "sealed",
        sections: Sequence[Section] = (),
        status: int = 200,
    ) -> web.Response:
        """The answer: `title`, paragraphs, a list, sections, what to do next, and a button that leads to `act_url`."""
        page = self._pages.notice(words, Notice(title, lines, points, next_step, act, act_url, scene, sections))
        told = {"Content-Language": words.tag, "Vary": "Accept-Language"}
        return web.Response(status=status, body=page, content_type="text/html", charset="utf-8", headers={**self._headers, **told})
