"""Is everybody spoken to in a language of theirs, and never told their own secret back?"""

import re

import pytest
from babel.messages.pofile import read_po

from adapters.slack.form import Form
from adapters.slack.render.form import form as form_view
from adapters.wording.catalog import languages, words, words_for, words_for_header
from adapters.wording.collect import LOCALE
from adapters.wording.terms import duration, moment, not_sent_but_kept, refusal, times
from core import errors
from core.errors import BadInput, PushError, TooMany, Undeliverable
from core.policy import DAY, HOUR, MINUTE, Policy

POLICY = Policy()
TYPED = "hunter2-typed-by-somebody"
REFUSALS: list[PushError] = [
    *[BadInput(field, TYPED) for field in ("expiry", "views", "secret", "label", "passphrase", TYPED)],
    BadInput("secret", "empty"),
    TooMany(7),
    Undeliverable(TYPED),
    errors.NotYours(TYPED),
    errors.IncompleteLink(TYPED),
    errors.Damaged(TYPED),
    errors.NewerVersion(TYPED),
    errors.OnHold(TYPED),
    errors.TooLate(TYPED),
    errors.StillBusy(TYPED),
]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("DE", "de"),
        ("de-AT", "de"),
        ("de-Latn-AT", "de"),
        ("en-GB", "en"),
        ("en-GB, de;q=0.9", "en"),
        ("de-CH, en;q=0.9", "de"),
        ("en;q=0.5, de;q=0.9", "de"),
        ("de;q=0.2, en;q=0.3", "en"),
        ("fr, de;q=0.5", "de"),
        ("fr, ja;q=0.5", "en"),
        ("de;q=0", "en"),
        ("de;q=0, en", "en"),
        ("fr, de;q=0.000", "en"),
        ("*", "en"),
        ("de, *;q=0.5", "de"),
        ("de;q=much, en;q=0.1", "en"),
        ("de;q=nan", "en"),
        ("de;q=2", "en"),
        ("de;q=-1", "en"),
        (";q=1, de", "de"),
        (",,, ,de", "de"),
        ("../de", "en"),
        ("de\x00", "en"),
        ("ü, \u2028, x-klingon, de;q=0.1", "de"),
        ("fr," * 20 + "de", "en"),
        ("q" * 10_000, "en"),
    ],
)
def test_a_header_is_answered_in_its_dearest_language_that_we_speak(header: str, language: str) -> None:
    assert words_for_header(header).locale == language


@pytest.mark.parametrize(
    ("wished", "language"),
    [([], "en"), (["de-DE"], "de"), (["de_AT"], "de"), (["en-US"], "en"), (["fr-FR", "de"], "de"), (["root"], "en"), ([""], "en")],
)
def test_a_chat_locale_is_answered_in_its_language(wished: list[str], language: str) -> None:
    assert words_for(wished).locale == language


def test_every_kind_of_refusal_is_among_those_tried() -> None:
    assert {type(problem) for problem in REFUSALS} == set(PushError.__subclasses__())


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("problem", REFUSALS, ids=lambda problem: problem.code)
def test_a_refusal_is_a_whole_sentence_and_never_repeats_what_was_given(problem: PushError, language: str) -> None:
    said = refusal(words(language), problem, POLICY)
    assert TYPED not in said
    assert said.endswith(".")
    assert not re.search(r"[{}]", said)


@pytest.mark.parametrize("problem", REFUSALS, ids=lambda problem: problem.code)
def test_a_refusal_is_said_in_german_too(problem: PushError) -> None:
    assert refusal(words("de"), problem, POLICY) != refusal(words("en"), problem, POLICY)


def test_a_refusal_says_where_the_limits_are() -> None:
    german = words("de")
    assert refusal(german, BadInput("expiry", "out_of_range"), POLICY) == (
        "Die Gültigkeit muss mindestens 5 Minuten und darf höchstens 90 Tage betragen."
    )
    assert "1 bis 100" in refusal(german, BadInput("views", "out_of_range"), POLICY)
    assert "5 minutes and 90 days" in refusal(words("en"), BadInput("expiry", "out_of_range"), POLICY)


@pytest.mark.parametrize(
    ("seconds", "english", "german"),
    [
        (0, "1 second", "1 Sekunde"),
        (1, "1 second", "1 Sekunde"),
        (59, "59 seconds", "59 Sekunden"),
        (60, "1 minute", "1 Minute"),
        (61, "2 minutes", "2 Minuten"),
        (3600, "60 minutes", "60 Minuten"),
    ],
)
def test_a_wait_is_never_told_too_short(seconds: int, english: str, german: str) -> None:
    assert f"in {english}." in refusal(words("en"), TooMany(seconds), POLICY)
    assert f"in {german} " in refusal(words("de"), TooMany(seconds), POLICY)


@pytest.mark.parametrize(
    ("seconds", "english", "german"),
    [
        (5 * MINUTE, "5 minutes", "5 Minuten"),
        (MINUTE, "1 minute", "1 Minute"),
        (90 * MINUTE, "90 minutes", "90 Minuten"),
        (HOUR, "1 hour", "1 Stunde"),
        (36 * HOUR, "36 hours", "36 Stunden"),
        (DAY, "1 day", "1 Tag"),
        (7 * DAY, "7 days", "7 Tage"),
    ],
)
def test_a_duration_is_said_in_its_largest_whole_unit(seconds: int, english: str, german: str) -> None:
    assert duration(words("en"), seconds) == english
    assert duration(words("de"), seconds) == german


@pytest.mark.parametrize(
    ("views", "english", "german"),
    [
        (1, "Can be opened once.", "Kann einmal geöffnet werden."),
        (2, "Can be opened 2 times.", "Kann 2-mal geöffnet werden."),
        (100, "Can be opened 100 times.", "Kann 100-mal geöffnet werden."),
    ],
)
def test_one_is_not_many(views: int, english: str, german: str) -> None:
    assert times(words("en"), views) == english
    assert times(words("de"), views) == german


def test_a_moment_names_its_zone_and_is_spelled_as_its_readers_spell_it() -> None:
    assert moment(words("de"), 1_790_000_000_000) == "21.09.2026, 14:13:20 UTC"
    assert moment(words("en"), 1_790_000_000_000).startswith("Sep 21, 2026")
    assert moment(words("en"), 1_790_000_000_000).endswith("UTC")


@pytest.mark.parametrize("language", languages())
def test_when_the_store_is_away_people_hear_when_to_try_again(language: str) -> None:
    assert re.search(r"minute", not_sent_but_kept(words(language)), re.IGNORECASE)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("more", [False, True])
def test_the_form_fits_into_slacks_lengths(language: str, more: bool) -> None:
    view = form_view(words(language), POLICY, Form("", more=more))
    assert all(len(view[part]["text"]) <= 24 for part in ("title", "submit", "close"))
    buttons = [element for block in view["blocks"] if block["type"] == "actions" for element in block["elements"]]
    assert buttons
    assert all(len(button["text"]["text"]) <= 75 for button in buttons)


@pytest.mark.parametrize("language", [language for language in languages() if language != "en"])
def test_a_translation_keeps_the_marks_of_chat_and_does_not_shout(language: str) -> None:
    with (LOCALE / f"{language}.po").open("rb") as source:
        catalog = read_po(source, locale=language)
    for message in catalog:
        if not message.id:
            continue
        english = message.id if isinstance(message.id, str) else message.id[-1]
        said = message.string if isinstance(message.string, str) else message.string[-1]
        for mark in "*`<>":
            assert said.count(mark) == english.count(mark), said
        assert set(re.findall(r"/pushpw(?: burn all| burn| generate| help)?", said)) == set(
            re.findall(r"/pushpw(?: burn all| burn| generate| help)?", english)
        ), said
        assert "!" not in said, said
