"""Which sentences are there to translate? Collects them from code and pages into every `locale/*.po`.

python -m adapters.wording.collect [language ...]      names add languages that are not there yet
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

LOCALE = Path(__file__).with_name("locale")
ROOT = LOCALE.parents[2]
_PLACES = (("adapters", "*.py", "python"), ("adapters/web/templates", "*.html", "jinja2.ext:babel_extract"))
_KEYWORDS = {"say": None, "count": (1, 2)}


def found() -> Catalog:
    """Every sentence of the code and the pages, with the files that say it."""
    catalog = Catalog(project="pushpw", charset="utf-8", fuzzy=False)
    for folder, pattern, method in _PLACES:
        for path in sorted((ROOT / folder).rglob(pattern)):
            for _, message, comments, _ in extract_from_file(method, path, keywords=_KEYWORDS, comment_tags=("Translators:",)):
                catalog.add(message, locations=[(str(path.relative_to(ROOT)), None)], auto_comments=comments)  # type: ignore[list-item]  # Babel allows no line
    return catalog


def brought_up_to_date(language: str) -> Catalog:
    """The language's catalogue with all of `found()` in it; what is no longer said is dropped."""
    path = LOCALE / f"{language}.po"
    catalog = Catalog(locale=language, project="pushpw", charset="utf-8", fuzzy=False)
    if path.exists():
        with path.open("rb") as source:
            catalog = read_po(source, locale=language)
    catalog.update(found(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def untranslated(catalog: Catalog) -> Iterator[str]:
    """The messages that still lack a translation, or one of their plural forms."""
    for message in catalog:
        if not message.id:
            continue
        said = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if not all(said) or (message.pluralizable and len(said) != catalog.num_plurals):
            yield message.id if isinstance(message.id, str) else message.id[0]


def main(added: list[str]) -> None:
    """Bring every catalogue up to date and say what is missing."""
    for language in sorted({path.stem for path in LOCALE.glob("*.po")} | set(added)):
        catalog = brought_up_to_date(language)
        with (LOCALE / f"{language}.po").open("wb") as target:
            write_po(target, catalog, sort_output=True, omit_header=False, include_lineno=False, width=120)
        print(f"{language}: {len(catalog)} messages, {len(list(untranslated(catalog)))} untranslated")  # noqa: T201  # a tool for the terminal


if __name__ == "__main__":
    main(sys.argv[1:])
