"""In which words is it said?

English is in the code, as gettext message ids; `locale/<language>.po` has the other languages and
is read as it is at start, so nothing must be compiled. `make texts` collects what is new.
"""

import io
from functools import cache, cached_property, lru_cache
from importlib.resources import files

from babel.core import Locale, UnknownLocaleError, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

SOURCE_LOCALE = "en"


class Words:
    """One language's voice."""

    def __init__(self, locale: str, translations: NullTranslations) -> None:
        self.locale = locale
        self._translations = translations

    @cached_property
    def tag(self) -> str:
        """The language as an HTML `lang` attribute: BCP 47."""
        return self.locale.replace("_", "-")

    @cached_property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return Locale.parse(self.locale).text_direction

    def say(self, message: str, /, **facts: object) -> str:
        """The sentence for `message` (its English), with `facts` put in where it says {fact}."""
        said: str = self._translations.gettext(message)
        return said.format(**facts) if facts else said

    def count(self, one: str, many: str, n: int, /, **facts: object) -> str:
        """The sentence for `n` things, in the plural form that the language wants; {n} is the number."""
        said: str = self._translations.ngettext(one, many, n)
        return said.format(n=n, **facts)


@cache
def languages() -> list[str]:
    """The languages that we speak, English first."""
    folder = files(__package__) / "locale"
    return [SOURCE_LOCALE, *sorted(f.name.removesuffix(".po") for f in folder.iterdir() if f.name.endswith(".po"))]


@cache
def words(locale: str) -> Words:
    """The voice for one of `languages()`."""
    if locale == SOURCE_LOCALE:
        return Words(SOURCE_LOCALE, NullTranslations())
    with (files(__package__) / "locale" / f"{locale}.po").open("rb") as source:
        catalog = read_po(source, locale=locale)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Words(locale, Translations(compiled))


def words_for(wished: list[str]) -> Words:
    """The voice that fits best to `wished` (BCP 47 tags, dearest first); English when none does."""
    known = [locale for tag in wished if (locale := _known(tag))]
    return words(negotiate_locale(known, languages()) or SOURCE_LOCALE)


@lru_cache(maxsize=256)
def _known(tag: str) -> str:
    """The tag as Babel writes it; empty when it is none."""
    try:
        return str(Locale.parse(tag, sep="-" if "-" in tag else "_"))
    except (ValueError, UnknownLocaleError):
        return ""


@lru_cache(maxsize=256)  # browsers send few different ones, and a stranger who invents some pushes out others only
def words_for_header(accept_language: str) -> Words:
    """The voice that an Accept-Language header asks for (RFC 9110, section 12.5.4)."""
    wished = []
    for part in accept_language.split(",")[:20]:
        tag, _, quality = part.strip().partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            continue
        if tag.strip() and 0 < weight <= 1:
            wished.append((weight, tag.strip()))
    wished.sort(key=lambda pair: -pair[0])
    return words_for([tag for _, tag in wished])
