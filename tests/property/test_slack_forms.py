"""Does the door read a form as the standard library does, whatever a sender writes?"""

from urllib.parse import parse_qs, urlencode

from hypothesis import example, given
from hypothesis import strategies as st

from adapters.slack.http import fields_of

PIECES = st.sampled_from(["%", "%22", "%2522", "%C3%A9", "%c3", "%7b", "%41", "&", "=", "+", "a", "2", "\u00e9", '"', "\U0001f600"])
LONG = "x" * 300


def as_the_library_reads_it(text: str) -> dict[str, str] | None:
    try:
        found = parse_qs(text, keep_blank_values=True, max_num_fields=100, errors="strict")
    except ValueError:
        return None
    return {name: values[0] for name, values in found.items()}


def as_we_read_it(text: str) -> dict[str, str] | None:
    try:
        return fields_of(text)
    except ValueError:
        return None


@given(st.lists(PIECES, max_size=30).map("".join))
@example("")
@example("a&b=&=c&a=2&&")
@example("&" * 100)
@example("a=%ff")
def test_a_form_is_read_as_the_standard_library_reads_it(text: str) -> None:
    assert as_we_read_it(text) == as_the_library_reads_it(text)
    assert as_we_read_it(text + LONG) == as_the_library_reads_it(text + LONG)


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=400), max_size=5))
def test_what_a_form_is_made_of_comes_out_of_it(fields: dict[str, str]) -> None:
    assert fields_of(urlencode(fields)) == fields
