"""What is typed into Teams comes out of its HTML; and no HTML breaks the reading."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from adapters.teams.message_text import text_of_html

typed = st.text(
    alphabet=st.characters(
        min_codepoint=32,
        max_codepoint=0x2FFF,
        exclude_characters="\x7f\u00a0\u200b\u200c\u200d\u2060",
        exclude_categories=("Cc", "Cs", "Zl", "Zp"),
    )
)
lines = st.lists(typed, min_size=1, max_size=5)
scraps = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<pre>",
            "</pre>",
            "<br>",
            "<a href='x'>",
            "</a>",
            "<ul>",
            "<li>",
            "</ul>",
            "<code>",
            "<",
            "&",
            "&#0;",
            "<!--",
            "a",
            " ",
            "\n",
            "&nbsp;",
        ]
    )
).map("".join)


def spelled(line: str) -> str:
    """As the composer writes a line: of two spaces one is a no-break space, and so are those at an end."""
    spaced = html.escape(line).replace("  ", "&nbsp; ")
    return re.sub("^ | $", "&nbsp;", spaced)


@given(lines)
def test_typed_lines_come_back_from_paragraphs(said: list[str]):
    # A line of one space looks to everybody like an empty one, which Teams writes so.
    said = ["" if line == " " else line for line in said] + ["end"]
    assert text_of_html("\r\n".join(f"<p>{spelled(line) or '&nbsp;'}</p>" for line in said)).text == "\n".join(said)


@given(lines)
def test_typed_lines_come_back_from_line_breaks(said: list[str]):
    said = ["" if line == " " else line for line in said] + ["end"]
    assert text_of_html("<div>" + "<br>".join(spelled(line) for line in said) + "</div>").text == "\n".join(said)


@given(lines)
def test_a_code_block_comes_back_and_is_not_called_changed(said: list[str]):
    said = [*said, "end"]
    found = text_of_html("<pre>" + "\n".join(html.escape(line) for line in said) + "</pre>")
    assert (found.text, found.changed) == ("\n".join(said), False)


@given(st.text() | scraps)
def test_no_html_breaks_the_reading(said: str):
    text_of_html(said)
