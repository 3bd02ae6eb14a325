"""What does a gesture mean? One file for each thing that members do; each tells its gestures to the door."""

from functools import partial, reduce
from operator import or_

from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Handler, Payload
from adapters.slack.handlers.answering import AnsweringHandlers
from adapters.slack.handlers.away import Away
from adapters.slack.handlers.card import CardHandlers
from adapters.slack.handlers.command import CommandHandler
from adapters.slack.handlers.extending import ExtendingHandlers
from adapters.slack.handlers.home import HomeHandlers
from adapters.slack.handlers.listing import ListingHandlers
from adapters.slack.handlers.opening import OpeningHandlers
from adapters.slack.handlers.originals import OriginalHandlers
from adapters.slack.handlers.passing_on import PassingOnHandlers
from adapters.slack.handlers.previews import PreviewHandlers
from adapters.slack.handlers.push_form import PushFormHandlers
from adapters.slack.handlers.requests import RequestHandlers
from adapters.slack.handlers.revealing import RevealingHandlers
from adapters.slack.handlers.settings import SettingsHandlers
from adapters.slack.handlers.workspaces import WorkspaceHandlers
from core.secret_requests import SecretRequests


class SlackHandlers:
    """All gestures of one Slack app."""

    def __init__(self, desk: Desk, secret_requests: SecretRequests, leave_url: str) -> None:
        """`leave_url`: where members let us delete messages of theirs; empty when nowhere."""
        originals = OriginalHandlers(desk, leave_url)
        push_form, opening = PushFormHandlers(desk, originals), OpeningHandlers(desk)
        card, requests = CardHandlers(desk, push_form), RequestHandlers(desk, secret_requests)
        listing, settings = ListingHandlers(desk), SettingsHandlers(desk)
        desk.home.sections.append(requests.open_rows)
        self.command = _noting(desk, CommandHandler(desk, push_form, card, requests, listing, settings).command)
        rooms = (
            push_form,
            card,
            opening,
            originals,
            requests,
            AnsweringHandlers(desk, secret_requests),
            listing,
            settings,
            HomeHandlers(desk, push_form),
            ExtendingHandlers(desk),
            PassingOnHandlers(desk),
            PreviewHandlers(desk),
            RevealingHandlers(desk),
            WorkspaceHandlers(desk),
        )
        self.gestures = reduce(or_, (room.gestures() for room in rooms)).each(partial(_noting, desk))
        self.nothing_was_sent = Away(desk).nothing_was_sent


def _noting(desk: Desk, handler: Handler) -> Handler:
    """`handler`; beside it we note which workspace has the app through its organisation, so that they end together."""

    async def noted(payload: Payload) -> Answer:
        branch = parse.branch(payload)
        if branch is not None and desk.tokens.is_news(branch):
            desk.later(desk.tokens.note_branch(branch))
        return await handler(payload)

    return noted
