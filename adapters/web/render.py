"""How does an outcome look to a page, and a page to a person? Result -> bytes."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import assert_never
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from adapters.web.assets import Asset, load_assets
from adapters.wording.catalog import Words
from core.errors import BadInput, TooMany
from core.link import encode
from core.push import Burned, BurnOutcome, ClaimOutcome, Gone, Granted, Held, TicketNeeded, WrongPassphrase

_SLOT = re.compile(r"\{(\w+)\}")
STORE_RETRY_AFTER = 2
"""Seconds after which a page asks a store again that was away."""


@dataclass(frozen=True, slots=True)
class Brand:
    """Who runs this installation, as its pages show it."""

    name: str = "pushpw"
    support_url: str = ""

    def __post_init__(self) -> None:
        """Refuse a support link that a browser could run: only http, https and mailto are clickable."""
        if self.support_url and urlsplit(self.support_url).scheme not in ("http", "https", "mailto"):
            raise ValueError("the support URL must start with https:, http: or mailto:")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a script of our page is told: a status, a JSON body, or none with 204."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    retry_after: int | None = None


class Pages:
    """The HTML pages: the same bytes for every push, made once for each language."""

    def __init__(self, brand: Brand) -> None:
        self._brand = brand
        self.assets: dict[str, Asset] = {asset.path: asset for asset in load_assets().values()}
        self.retrieval = cache(self._retrieval)

    def _retrieval(self, words: Words) -> bytes:
        return self._made("retrieval.html", words)

    def notice(self, words: Words, notice: object) -> bytes:
        """A page that only says something: see adapters/web/notices.py."""
        return self._made("notice.html", words, notice=notice)

    def _made(self, template: str, words: Words, **facts: object) -> bytes:
        page = _environment().get_template(template)
        return page.render(words=words, say=words.say, brand=self._brand, assets=load_assets(), **facts).encode("utf-8")


def granted_or_refused(outcome: ClaimOutcome) -> Answer:
    """The answer to a claim."""
    match outcome:
        case Granted():
            return _json(
                sealed=encode(outcome.sealed),
                views_left=outcome.views_left,
                expires_at=outcome.expires_at,
                redelivered=outcome.redelivered,
                burnable=outcome.burnable,
            )
        case Gone() | Held() | TicketNeeded() | WrongPassphrase():
            return _refused(outcome)
    assert_never(outcome)


def burned_or_refused(outcome: BurnOutcome) -> Answer:
    """The answer to a burn."""
    match outcome:
        case Burned():
            return Answer(204)
        case Gone() | Held() | TicketNeeded() | WrongPassphrase():
            return _refused(outcome)
    assert_never(outcome)


def _refused(outcome: Gone | Held | TicketNeeded | WrongPassphrase) -> Answer:
    match outcome:
        case Gone() | Held():  # a stranger cannot tell which
            return problem(410, "gone", "There is nothing here any more.")
        case TicketNeeded():
            return problem(403, "ticket_needed", "Go back to chat and press Open again. Nothing was spent.")
        case WrongPassphrase(attempts_left=left):
            return problem(403, "wrong_passphrase", "The passphrase does not fit.", attempts_left=left)


def bad_input(refusal: BadInput, status: int = 422) -> Answer:
    """The answer to a body that cannot be read; it names the field and repeats nothing of it."""
    return problem(status, refusal.code, "A field is missing or malformed.", field=refusal.field, reason=refusal.reason)


def too_many(refusal: TooMany) -> Answer:
    """The answer to an address whose budget is spent."""
    return problem(429, refusal.code, "Too many tries.", retry_after=refusal.retry_after)


def store_unavailable() -> Answer:
    """The answer while the store is away: nothing was shown, and the same nonce may ask again."""
    return problem(503, "store_unavailable", "The store is away. Nothing was shown.", retry_after=STORE_RETRY_AFTER)


def not_from_page() -> Answer:
    """The answer to a POST that our own page did not send."""
    return problem(403, "not_from_page", "Only the page itself may ask this.")


def problem(status: int, code: str, title: str, *, retry_after: int | None = None, **facts: object) -> Answer:
    """A refusal as RFC 9457 has it; `code` is what programs branch on, people read the page's own words."""
    body = _dump({"type": "about:blank", "title": title, "status": status, "code": code, **facts})
    return Answer(status, body, "application/problem+json", retry_after)


def _json(**facts: object) -> Answer:
    return Answer(200, _dump(facts))


def _dump(facts: dict[str, object]) -> bytes:
    return json.dumps(facts, separators=(",", ":"), allow_nan=False).encode("utf-8")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("adapters.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["slots"] = _slots
    made.globals["drawing"] = _drawing
    return made


def _slots(sentence: str) -> Markup:
    """A sentence whose {facts} the page fills in: each becomes an empty span that the script finds."""
    # Escaped before the spans go in, so a translation can bring no markup of its own.
    return Markup(_SLOT.sub(r'<span data-slot="\1"></span>', str(escape(sentence))))  # noqa: S704  # escaped, see above


@cache
def _drawing(name: str) -> Markup:
    """One of our own drawings, to stand in the page itself, where it takes the page's colours."""
    return Markup((files("adapters.web") / "templates" / f"{name}.svg").read_text("utf-8"))  # noqa: S704  # our own file
