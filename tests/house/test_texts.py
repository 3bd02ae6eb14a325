"""Is everything that people read in every language?"""

import re
import string

import pytest
from babel.messages.catalog import Catalog

from adapters.wording.catalog import languages, words
from adapters.wording.collect import brought_up_to_date, found, untranslated

TRANSLATED = [language for language in languages() if language != "en"]


@pytest.fixture(scope="module")
def said() -> Catalog:
    return found()


def facts_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_is_german_to_prove_it() -> None:
    assert "de" in TRANSLATED


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_none_is_left_over(language: str, said: Catalog) -> None:
    catalog = brought_up_to_date(language)
    assert list(untranslated(catalog)) == []
    assert {message.id for message in catalog} == {message.id for message in said}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_names_the_same_facts(language: str) -> None:
    for message in brought_up_to_date(language):
        if not message.id:
            continue
        said = message.string if isinstance(message.string, tuple | list) else (message.string,)
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        wanted = facts_of(ids[-1])
        assert all(facts_of(text) <= wanted for text in said), message.id
        assert facts_of(said[-1]) == wanted, message.id


@pytest.mark.parametrize("language", languages())
def test_a_language_can_speak_and_knows_its_tag(language: str) -> None:
    voice = words(language)
    assert voice.tag
    assert voice.direction in ("ltr", "rtl")
    assert voice.count("{n} day", "{n} days", 2).startswith("2")


def test_no_sentence_shouts_or_is_cute(said: Catalog) -> None:
    for message in said:
        text = message.id if isinstance(message.id, str) else message.id[0]
        assert "!" not in text, text
        assert not re.search(r"\b(oops|whoops|sorry)\b", text, re.IGNORECASE), text
