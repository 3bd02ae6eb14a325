"""What exactly stands in a message?

Teams keeps messages as HTML, whose composer has turned what was typed into elements: the text is
rebuilt, and `changed` says that it may not be what was typed, so that a person looks at it before it is pushed.
https://learn.microsoft.com/graph/api/resources/itembody, and messagePayload of a message action.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

_BLOCKS = frozenset(
    {"p", "div", "pre", "codeblock", "blockquote", "ul", "ol", "li", "table", "tbody", "thead", "tr", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_PLAIN = frozenset({"p", "div", "span", "br", "pre", "codeblock", "code", "a", "font", "body", "html"})
"""What says nothing beyond its text; `code` and `a` are looked at for themselves."""
_MARKS = {"strong": "*", "b": "*", "em": "_", "i": "_", "s": "~", "strike": "~", "del": "~"}
_NO_END = frozenset({"br", "hr", "img", "emoji", "customemoji", "attachment", "systemeventmessage", "wbr"})
_UNSEEN = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
_NBSP = "\u00a0"
_ODD = re.compile(r"<(?![A-Za-z/][^<>]*>)")
_MOST = 128 * 1024
"""Signs that are read. Teams takes about 100 KB with all marks: https://learn.microsoft.com/microsoftteams/limits-specifications-teams."""
_DEEPEST = 40
"""Elements within each other; more is nobody's message, and would cost more than it says."""
_LONELY = re.compile("[^ \u00a0]\u00a0[^ \u00a0]")


@dataclass(frozen=True, slots=True)
class MessageText:
    """A message's text. `changed`: Teams may have rewritten something of it, or something of it is left out."""

    text: str = field(repr=False)
    changed: bool


def exact_text(message: Mapping[str, Any]) -> MessageText:
    """The text of `message`, a messagePayload. Attachments and a subject are left out, and count as changes."""
    body = message.get("body")
    content = body.get("content") if isinstance(body, Mapping) else None
    text = content if isinstance(content, str) else ""
    left_out = bool(message.get("attachments")) or bool(message.get("subject"))
    if isinstance(body, Mapping) and body.get("contentType") == "text":
        return MessageText(text, left_out)
    found = text_of_html(text)
    return MessageText(found.text, found.changed or left_out)


def text_of_html(html: str) -> MessageText:
    """The text that a message's HTML shows; entities decoded exactly once."""
    # Whatever is no tag from its first sign to its last is text. Left to the parser, it would be looked at again with every sign
    # that follows, and somebody's mischief would keep everybody waiting.
    sound, odd = _ODD.subn("&lt;", _without_comments(html[:_MOST]))
    reader = _Reader()
    reader.feed(sound)
    reader.close()
    found = reader.told()
    return MessageText(found.text, found.changed or odd > 0 or len(html) > _MOST)


def _without_comments(html: str) -> str:
    kept, at = [], 0
    while (begins := html.find("<!--", at)) >= 0 and (ends := html.find("-->", begins)) >= 0:
        kept.append(html[at:begins])
        at = ends + 3
    return "".join([*kept, html[at:]])


class _Reader(HTMLParser):
    """Collects lines. A block begins a line of its own, whatever stands around it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._open = False
        """Whether the line that is being written began: an empty line that is closed twice is one line."""
        self._changed = False
        self._path: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._numbers: list[int] = []

    def told(self) -> MessageText:
        self._end_line()
        return MessageText("\n".join(self._lines), self._changed)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self._changed |= tag not in _PLAIN
        if tag in _BLOCKS:
            self._end_line()
        if tag not in _NO_END:
            if len(self._path) >= _DEEPEST:
                self._changed = True
                return
            self._path.append(tag)
        match tag:
            case "br":
                self._break()
            case "hr":
                self._end_line()
                self._write("---")
                self._end_line()
            case "img" | "emoji" | "customemoji":
                self._write(said.get("alt", ""))
            case "at":
                self._write("@")
            case "a":
                self._links.append((said.get("href", ""), len(self._line)))
            case "ul" | "ol":
                self._numbers.append(0)
            case "li":
                self._write(self._bullet())
            case "td" | "th" if self._open:
                self._write("\t")
            case _:
                self._mark(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._path:
            return
        closed = ""
        while closed != tag:
            closed = self._path[-1]
            if closed in _BLOCKS:
                self._end_line()  # while we still know what it stands in
            self._path.pop()
            self._close(closed)

    def _close(self, tag: str) -> None:
        if tag == "a" and self._links:
            href, began = self._links.pop()
            self._changed |= not _is_shown_as_it_is(href, "".join(self._line[began:]))
        if tag in ("ul", "ol") and self._numbers:
            self._numbers.pop()
        self._mark(tag)

    def handle_data(self, data: str) -> None:
        self._changed |= _UNSEEN.search(data) is not None
        if not self._exact:
            # The composer keeps runs of spaces by writing some as no-break spaces; one that stands alone may be the sender's own.
            self._changed |= _LONELY.search(data) is not None
            self._write(_run(data) if self._open else _begun(data))
            return
        first, *more = data.replace("\r\n", "\n").split("\n")
        self._write(first)
        for line in more:
            self._break()
            self._write(line)

    @property
    def _exact(self) -> bool:
        return "pre" in self._path or "codeblock" in self._path

    def _write(self, text: str) -> None:
        if text:
            self._line.append(text)
            self._open = True

    def _mark(self, tag: str) -> None:
        if tag == "code" and not self._exact:
            self._changed = True
            self._write("`")
        elif tag in _MARKS:
            self._write(_MARKS[tag])

    def _bullet(self) -> str:
        if not self._numbers or "ol" not in [each for each in self._path if each in ("ul", "ol")][-1:]:
            return "    " * max(0, len(self._numbers) - 1) + "- "
        self._numbers[-1] += 1
        return "    " * (len(self._numbers) - 1) + f"{self._numbers[-1]}. "

    def _break(self) -> None:
        self._open = True
        self._end_line()

    def _end_line(self) -> None:
        if not self._open:
            return
        told = "".join(self._line)
        line = "" if told == _NBSP else told.replace(_NBSP, " ")
        # Spaces at an end may be the composer's, and of a run of plain ones the sender saw but one.
        self._changed |= not self._exact and (line != line.strip() or "  " in told)
        self._lines.append("> " + line if "blockquote" in self._path else line)
        self._line, self._open = [], False


def _begun(data: str) -> str:
    """What stands at the beginning of a line: the line breaks that only make the HTML readable are nobody's text."""
    return "" if data.isspace() and "\n" in data else _run(data.lstrip("\r\n"))


def _run(data: str) -> str:
    return re.sub(r"[ \t]*\r?\n[ \t]*", " ", data)


def _is_shown_as_it_is(href: str, label: str) -> bool:
    return label.rstrip("/") in {href.rstrip("/"), href.removeprefix("mailto:"), re.sub("^https?://", "", href).rstrip("/")}
