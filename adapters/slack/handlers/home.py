"""What can be done in the Home tab?"""

from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Gestures, Payload
from adapters.slack.handlers.push_form import PushFormHandlers
from adapters.slack.render.home import NEW_PUSH, NEXT, PREVIOUS


class HomeHandlers:
    """Opened, leafed through, left for the form. Burn and its likes are those of the receipt card."""

    def __init__(self, desk: Desk, push_form: PushFormHandlers) -> None:
        self._desk = desk
        self._push_form = push_form

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(
            actions={NEW_PUSH: self._push_form.shortcut, PREVIOUS: self.turn, NEXT: self.turn},
            events={"app_home_opened": self.open_home},
        )

    async def open_home(self, payload: Payload) -> Answer:
        """The member looks at one of this app's tabs; which one is said."""
        if payload["event"].get("tab") == "home":
            self._desk.later(self._desk.home.opened(parse.member(payload)))
        return None

    async def turn(self, payload: Payload) -> Answer:
        """Previous, Next. The button says which page, as far as it was published by us."""
        said = payload["actions"][0]["value"]
        page = int(said) if said.isascii() and said.isdecimal() and len(said) < 4 else 0
        self._desk.later(self._desk.home.opened(parse.member(payload), page))
        return None
