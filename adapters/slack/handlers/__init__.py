"""What does a gesture mean? One file for each thing that members do; each tells its gestures to the door."""

from adapters.slack.desk import Desk
from adapters.slack.handlers.away import Away
from adapters.slack.handlers.card import CardHandlers
from adapters.slack.handlers.command import CommandHandler
from adapters.slack.handlers.extending import ExtendingHandlers
from adapters.slack.handlers.home import HomeHandlers
from adapters.slack.handlers.listing import ListingHandlers
from adapters.slack.handlers.opening import OpeningHandlers
from adapters.slack.handlers.push_form import PushFormHandlers
from adapters.slack.handlers.requests import RequestHandlers
from adapters.slack.handlers.revealing import RevealingHandlers
from adapters.slack.handlers.settings import SettingsHandlers
from core.secret_requests import SecretRequests


class SlackHandlers:
    """All gestures of one Slack app."""

    def __init__(self, desk: Desk, secret_requests: SecretRequests) -> None:
        push_form, opening = PushFormHandlers(desk), OpeningHandlers(desk)
        card, extending, requests = CardHandlers(desk, push_form), ExtendingHandlers(desk), RequestHandlers(desk, secret_requests)
        home, listing, settings = HomeHandlers(desk, push_form), ListingHandlers(desk), SettingsHandlers(desk)
        desk.home.sections.append(requests.open_rows)
        self.command = CommandHandler(desk, push_form, card, requests, listing, settings).command
        self.gestures = (
            push_form.gestures() | card.gestures() | extending.gestures() | opening.gestures() | RevealingHandlers(desk).gestures()
        )
        self.gestures |= requests.gestures() | home.gestures() | listing.gestures() | settings.gestures()
        self.nothing_was_sent = Away(desk).nothing_was_sent
