"""What does a gesture mean? One file for each thing that members do; each tells its gestures to the door."""

from adapters.slack.desk import Desk
from adapters.slack.handlers.away import Away
from adapters.slack.handlers.card import CardHandlers
from adapters.slack.handlers.command import CommandHandler
from adapters.slack.handlers.opening import OpeningHandlers
from adapters.slack.handlers.originals import OriginalHandlers, UserTokens
from adapters.slack.handlers.previews import PreviewHandlers
from adapters.slack.handlers.push_form import PushFormHandlers


class SlackHandlers:
    """All gestures of one Slack app."""

    def __init__(self, desk: Desk, user_tokens: UserTokens, leave_url: str) -> None:
        """`leave_url`: where members let us delete messages of theirs; empty when nowhere."""
        originals = OriginalHandlers(desk, user_tokens, leave_url)
        push_form, card, opening = PushFormHandlers(desk, originals), CardHandlers(desk), OpeningHandlers(desk)
        self.command = CommandHandler(desk, push_form, card).command
        self.gestures = push_form.gestures() | card.gestures() | opening.gestures()
        self.gestures |= originals.gestures() | PreviewHandlers(desk).gestures()
        self.nothing_was_sent = Away(desk).nothing_was_sent
