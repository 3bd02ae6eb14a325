"""adapters/teams/message_text: the text behind Teams' HTML, and when somebody had better look at it."""

import time
from typing import Any

import pytest

from adapters.teams.message_text import MessageText, exact_text, text_of_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("hunter2", "hunter2"),
        ("<p>hunter2</p>", "hunter2"),
        ("<p>a</p><p>b</p>", "a\nb"),
        ("<p>a</p>\r\n<p>&nbsp;</p>\r\n<p>b</p>", "a\n\nb"),
        ("<div>\r\n<div>a</div>\r\n<div>b</div>\r\n</div>", "a\nb"),
        ("<div><div>a<br>b<br><br>c</div></div>", "a\nb\n\nc"),
        ("<p>a<br></p><p>b</p>", "a\nb"),
        ("a&lt;b&gt; &amp;amp; &quot;c&#39;", "a<b> &amp; \"c'"),
        ("<p>a &nbsp;b</p>", "a  b"),
        ("<p>a&nbsp; &nbsp;b</p>", "a   b"),
        (
            '<codeblock class="Python"><code>def f():<br>&nbsp; &nbsp; return  1 <br><br>x</code></codeblock>',
            "def f():\n    return  1 \n\nx",
        ),
        ("<pre>[a]\r\n  b = c\r\n</pre>", "[a]\n  b = c"),
        ("<p>key:</p><pre>k</pre><p>end</p>", "key:\nk\nend"),
        ('<p>see <a href="https://a.example/x?y=1&amp;z=2">https://a.example/x?y=1&amp;z=2</a></p>', "see https://a.example/x?y=1&z=2"),
        ('<p><a href="http://a.example/">a.example</a></p>', "a.example"),
        ('<p><a href="mailto:a@b.example">a@b.example</a></p>', "a@b.example"),
        ("</p>a</strong><p>b", "a\nb"),
        ("<!--StartFragment--><p>a</p><!--EndFragment-->", "a"),
        ('<p><span style="font-size:14px">a</span>b</p>', "ab"),
    ],
)
def test_what_was_typed_comes_back_as_it_was(html: str, text: str) -> None:
    assert text_of_html(html) == MessageText(text, changed=False)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>pa<strong>ss</strong>word</p>", "pa*ss*word"),
        ("<p><em>a</em> <s>b</s> <code>c</code></p>", "_a_ ~b~ `c`"),
        ('<p>:) <emoji id="smile" alt="🙂" title="Smile"></emoji>x</p>', ":) 🙂x"),
        ('<p><at id="0">Jane Doe</at>&nbsp;s3cret</p>', "@Jane Doe s3cret"),
        ('<p><a href="https://a.example/">here</a></p>', "here"),
        ("<ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li></ul>", "- a\n- b\n    1. c\n    2. d"),
        ("<blockquote><p>q</p><p>r</p></blockquote><p>s</p>", "> q\n> r\ns"),
        ("<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>", "a\tb\nc"),
        ("a < b <3 <! <? </ c", "a < b <3 <! <? </ c"),
        ("<h1>a</h1>b<hr>c", "a\nb\n---\nc"),
        ('<p>a</p><attachment id="1"></attachment>', "a"),
        ('<p>a<img alt="b" src="https://x.example/1"></p>', "ab"),
        ("<p>a&nbsp;b</p>", "a b"),
        ("<p>a&nbsp;</p>", "a "),
        ("<p> a</p>", " a"),
        ("<p>a  b</p>", "a  b"),
        ("<p>a\u200bb</p>", "a\u200bb"),
        ("<p>a<unheard-of>b</unheard-of></p>", "ab"),
        ("<p><strong>a</p><p>b</p>", "*a*\nb"),
    ],
)
def test_what_teams_may_have_rewritten_is_rebuilt_and_said_so(html: str, text: str) -> None:
    assert text_of_html(html) == MessageText(text, changed=True)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({}, MessageText("", changed=False)),
        ({"body": None}, MessageText("", changed=False)),
        ({"body": {"contentType": "html", "content": None}}, MessageText("", changed=False)),
        ({"body": {"contentType": "html", "content": "<p>a &amp; b</p>"}, "attachments": []}, MessageText("a & b", changed=False)),
        ({"body": {"contentType": "text", "content": "a &amp; <p> b"}}, MessageText("a &amp; <p> b", changed=False)),
        ({"body": {"contentType": "html", "content": "<p>a</p>"}, "attachments": [{"id": "1"}]}, MessageText("a", changed=True)),
        ({"body": {"contentType": "text", "content": "a"}, "subject": "Passwords"}, MessageText("a", changed=True)),
    ],
)
def test_what_is_left_out_counts_as_a_change(message: dict[str, Any], told: MessageText) -> None:
    assert exact_text(message) == told


@pytest.mark.parametrize(
    "piece",
    [
        "<!--",
        "<!-->",
        "<!a>",
        "<",
        "</",
        "<a ",
        "<a>",
        '<a b="',
        "<a b='>",
        "<pre>",
        "</a>",
        "<li>",
        "<ul><li>",
        "x<b>",
        "<br>",
        "&",
        "<script>",
    ],
)
@pytest.mark.timeout(20)
def test_no_message_keeps_everybody_waiting(piece: str) -> None:
    began = time.thread_time()
    text_of_html(piece * (512 * 1024 // len(piece)))
    assert time.thread_time() - began < 5  # a tenth of that on a quiet machine; what is looked at again and again takes minutes


def test_of_what_is_longer_than_any_message_the_end_is_left_out_and_that_is_said() -> None:
    found = text_of_html("a" * 200_000)
    assert (len(found.text), found.changed) == (128 * 1024, True)


def test_the_text_is_not_in_the_repr() -> None:
    assert "hunter2" not in repr(text_of_html("hunter2"))
