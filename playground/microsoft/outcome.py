"""What came of a gesture, as the person sees it?"""

from dataclasses import dataclass, field

from playground.microsoft import forms
from playground.microsoft.answers import Understood
from playground.microsoft.refusals import Json
from playground.microsoft.wire import Answer
from playground.microsoft.world import Conversation, Message


@dataclass(slots=True)
class Dialog:
    """A dialog in front of somebody. `command` is empty when a card's button opened it."""

    title: str
    card: Json = field(repr=False)
    place: Conversation
    command: str = ""
    context: str = ""
    payload: Json | None = field(default=None, repr=False)
    message: Message | None = field(default=None, repr=False)
    url: str = ""
    """The page that it shows instead of a card."""
    complaints: dict[str, str] = field(default_factory=dict)
    """What the client found wrong with what was typed, by field id."""

    @property
    def words(self) -> str:
        """All that it says, a line for each text, field and button."""
        return forms.words(self.card)

    @property
    def fields(self) -> dict[str, Json]:
        """The fields that can be seen, by id."""
        seen = forms.visible(self.card)
        return {name: field for name, field in forms.inputs(self.card).items() if name in seen}

    @property
    def links(self) -> list[str]:
        """Where its buttons lead, and the addresses in fields to copy."""
        return forms.links(self.card)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the bot answered, and what the client made of it."""

    answers: tuple[Answer, ...] = ()
    understood: Understood = field(default_factory=Understood, repr=False)
    shown: Dialog | None = field(default=None, repr=False)
    complaints: dict[str, str] = field(default_factory=dict)
    url: str = field(default="", repr=False)
    """Where an Action.OpenUrl leads."""
    problem: str = ""
    """Why the client shows that it did not work."""

    @property
    def ok(self) -> bool:
        return not self.problem and not self.complaints and not self.understood.error

    @property
    def dialog(self) -> Dialog:
        """The dialog that came. Raises LookupError when none did."""
        if self.shown is None:
            raise LookupError(f"no dialog came: {self.problem or self.understood.notice or self.complaints}")
        return self.shown

    @property
    def card(self) -> Json:
        """The card that this person got instead of the pressed one. Raises LookupError."""
        if self.understood.card is None:
            raise LookupError(f"no card came: {self.problem or self.understood.notice or self.understood.error}")
        return self.understood.card

    @property
    def notice(self) -> str:
        return self.understood.notice

    @property
    def words(self) -> str:
        """All that the dialog, card or notice says."""
        if self.shown is not None:
            return self.shown.words
        return forms.words(self.understood.card) if self.understood.card else self.notice

    @property
    def links(self) -> list[str]:
        """Where the buttons of the dialog or card lead, and the addresses in fields to copy."""
        if self.shown is not None:
            return self.shown.links
        return forms.links(self.understood.card) if self.understood.card else []
