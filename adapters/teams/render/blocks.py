"""Of what is everything made that we show in Teams? The small pieces (Adaptive Cards 1.5), with their texts."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from adapters.wording.catalog import Words
from adapters.wording.confirmations import Confirmation
from adapters.wording.terms import moment
from core.identity import Member
from core.push import Millis

Card = dict[str, Any]
Element = dict[str, Any]
Names = Mapping[str, str]
"""How people are called, by Entra id. Who is not in it is shown as somebody whose name is not known."""

CARD = "application/vnd.microsoft.card.adaptive"
_MARKS = re.compile(r"([\\`*_\[\]~])")
_BRACES = re.compile(r"\{(?=\{)")
_LONG = re.compile(r"\S{30}(?=\S)")
_JOINER, _BREAK = "\u2060", "\u200b"
"""Both are seen by nobody: one keeps two letters apart for the host, the other lets a line break, for a text run never breaks a long word."""


class Spelling:
    """How Teams writes what our sentences name, in a TextBlock."""

    platform = "Teams"

    def __init__(self, words: Words, names: Names) -> None:
        self._words = words
        self._names = names

    def person(self, member: Member) -> str:
        """Their display name; whatever stands in it, it is no mark and no link."""
        return escaped(_name(self._words, self._names, member))

    def when(self, words: Words, at: Millis) -> str:
        """In the reader's own zone, by the function of the card's host."""
        spelled = datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"{{{{DATE({spelled},SHORT)}}}} {{{{TIME({spelled})}}}}"

    def code(self, text: str) -> str:
        """As it is: a card has no mark for code."""
        return text


class Plainly:
    """How the same is written where no card is shown: in a notification, and by a client that knows no cards."""

    platform = "Teams"

    def __init__(self, words: Words, names: Names) -> None:
        self._words = words
        self._names = names

    def person(self, member: Member) -> str:
        """Their display name."""
        return _name(self._words, self._names, member)

    def when(self, words: Words, at: Millis) -> str:
        """In UTC: nothing there knows the reader's zone."""
        return moment(words, at)

    def code(self, text: str) -> str:
        """As it is."""
        return text


def _name(words: Words, names: Names, member: Member) -> str:
    return _one_line(names.get(member.id, "")) or words.say("(name unknown)")


def _one_line(said: str) -> str:
    return " ".join(said.split())


def escaped(said: str) -> str:
    """What people typed, for a sentence in a TextBlock: Markdown that Teams would read, and the host's functions, are taken as letters."""
    return _without_functions(_MARKS.sub(r"\\\1", said))


def _without_functions(said: str) -> str:
    """`{{DATE(...)}}` stays what somebody typed: an invisible joiner stands between the braces."""
    return _BRACES.sub("{" + _JOINER, said)


# Shown ----------------------------------------------------------------------------------------


def text(said: str, **more: Any) -> Element:
    """A sentence of ours. `more`: size, weight, color, spacing, id, isVisible."""
    return {"type": "TextBlock", "text": said, "wrap": True, **more}


def heading(said: str) -> Element:
    """What the card is, and for whom; screen readers jump to it."""
    return text(said, size="Medium", weight="Bolder", style="heading")


def quiet(said: str, **more: Any) -> Element:
    """A quiet line."""
    return text(said, size="Small", isSubtle=True, spacing="Small", **more)


def fault(said: str) -> Element:
    """Why something was not taken, or did not happen, beside what it is about."""
    return text(said, color="Attention", spacing="Small")


def caution(said: str) -> Element:
    """What wants a second look, beside what it is about."""
    return text(said, color="Warning", spacing="Small")


def typed(said: str, **more: Any) -> Element:
    """Somebody's words, exactly as they are: a text run knows no Markdown. `more`: size, isSubtle, italic of the run."""
    return {"type": "RichTextBlock", "inlines": [_run(said, **more)], "spacing": "Small"}


def named(who: str, reference: str) -> Element:
    """The first line of a row: somebody, and quietly what their part of it is called. `who` is no mark."""
    return {"type": "RichTextBlock", "inlines": [_run(who, weight="Bolder"), _run(f"  {reference}", size="Small", isSubtle=True)]}


def _run(said: str, **more: Any) -> Element:
    return {"type": "TextRun", "text": _LONG.sub(r"\g<0>" + _BREAK, _without_functions(said)), **more}


def quote(said: str) -> Element:
    """Somebody's words, set off."""
    return {"type": "Container", "style": "emphasis", "items": [typed(said)], "spacing": "Small"}


def group(*items: Element, **more: Any) -> Element:
    """Things that belong together. `more`: id, isVisible, separator, spacing, style."""
    return {"type": "Container", "items": list(items), **more}


# Pressed --------------------------------------------------------------------------------------


def execute(title: str, verb: str, **data: Any) -> Element:
    """A button that is checked: the answer to it may be for whoever pressed alone."""
    return {"type": "Action.Execute", "title": title, "verb": verb, "data": data}


def submit(title: str, **data: Any) -> Element:
    """A button that sends a dialog's fields."""
    return {"type": "Action.Submit", "title": title, "data": data}


def opens_dialog(title: str, dialog: str, **data: Any) -> Element:
    """A button on a card in a chat that opens one of our dialogs."""
    return submit(title, msteams={"type": "task/fetch"}, dialog=dialog, **data)


def opens_page(title: str, url: str) -> Element:
    """A button that leaves Teams. The only place for a link on a card."""
    return {"type": "Action.OpenUrl", "title": title, "url": url}


def unfolds(title: str, *ids: str) -> Element:
    """A button that shows what is hidden and hides what is shown, in the client."""
    return {"type": "Action.ToggleVisibility", "title": title, "targetElements": list(ids)}


def primary(action: Element) -> Element:
    """The one thing to do."""
    return {**action, "style": "positive"}


def destructive(action: Element) -> Element:
    """What cannot be undone."""
    return {**action, "style": "destructive"}


def asks_first(title: str, asked: Confirmation, act: Element, *fields: Element) -> Element:
    """A button that unfolds a question; `act` is what the question's own button does. Pressed again, it folds away."""
    body = [text(asked.title, weight="Bolder"), text(asked.text, spacing="Small"), *fields]
    return unfolded(title, body, [{**act, "title": asked.confirm}])


def unfolded(title: str, body: Sequence[Element], actions: Sequence[Element]) -> Element:
    """A button that unfolds a card within the card."""
    return {"type": "Action.ShowCard", "title": title, "card": {"type": "AdaptiveCard", "body": list(body), "actions": list(actions)}}


def buttons(*actions: Element, **more: Any) -> Element:
    """Buttons in a row, among other things."""
    return {"type": "ActionSet", "actions": list(actions), **more}


# Filled in ------------------------------------------------------------------------------------


def text_field(name: str, label: str, most: int, *, first: str = "", **more: Any) -> Element:
    """Something to type, at most `most` characters; `first` stands there already. `more`: style, isMultiline, placeholder."""
    value = {"value": first} if first else {}
    return {"type": "Input.Text", "id": name, "label": label, "maxLength": most, **value, **more}


def copy_field(name: str, label: str, value: str, *, multiline: bool = False) -> Element:
    """Something to copy. Only in a dialog: what stands in a dialog is seen by one person and kept nowhere."""
    return {"type": "Input.Text", "id": name, "label": label, "value": value, "isMultiline": multiline}


def choice(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str, *, expanded: bool = False) -> Element:
    """One of several (text, value) pairs; `chosen` is the value that stands there first."""
    choices = [{"title": said, "value": value} for said, value in options]
    style = "expanded" if expanded else "compact"
    return {"type": "Input.ChoiceSet", "id": name, "label": label, "choices": choices, "value": chosen, "style": style, "wrap": True}


def people(name: str, label: str, hint: str, chosen: Sequence[tuple[str, str]], *, several: bool) -> Element:
    """A field that finds people as one types; its value are Entra ids, comma-separated. `chosen`: (id, name) of who stands there first.

    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/people-picker. Those who stand there are choices
    too, so that they have names where the directory does not tell one: guests, and people of other tenants.
    """
    return {
        "type": "Input.ChoiceSet",
        "id": name,
        "label": label,
        "placeholder": hint,
        "isMultiSelect": several,
        "choices": [{"title": called, "value": entra_id} for entra_id, called in chosen],
        "choices.data": {"type": "Data.Query", "dataset": "graph.microsoft.com/users"},
        "value": ",".join(entra_id for entra_id, _ in chosen),
    }


# Whole ----------------------------------------------------------------------------------------


def card(words: Words, plainly: str, body: Sequence[Element], actions: Sequence[Element] = ()) -> Card:
    """A card. `plainly` is said where no card can be shown, and by the notification: no mark lives in it, and no link."""
    pressed = {"actions": list(actions)} if actions else {}
    right_to_left = {"rtl": True} if words.direction == "rtl" else {}
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "lang": words.locale.split("_")[0],
        "fallbackText": plainly,
        **right_to_left,
        "body": list(body),
        **pressed,
    }


def told(words: Words, said: str, *more: str) -> Card:
    """A card, or a dialog, that says one thing; `more`: quiet lines after it. Plain text: names in it come as they are."""
    return card(words, said, [text(escaped(said)), *(quiet(escaped(each)) for each in more)])
