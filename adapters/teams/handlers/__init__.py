"""What do people do in Teams, and what comes of it? One file for each thing they do."""

from functools import reduce
from operator import or_

import structlog

from adapters.teams.desk import Desk
from adapters.teams.gestures import Answer, Gestures, Handler, Payload
from adapters.teams.handlers.card import CardHandlers
from adapters.teams.handlers.coming import ComingHandlers
from adapters.teams.handlers.commands import CommandHandlers
from adapters.teams.handlers.listing import ListingHandlers
from adapters.teams.handlers.opening import OpeningHandlers
from adapters.teams.handlers.passing_on import PassingOnHandlers
from adapters.teams.handlers.push_form import PushFormHandlers
from adapters.teams.handlers.requests import RequestHandlers
from core.errors import StoreUnavailable
from core.secret_requests import SecretRequests

log = structlog.get_logger(__name__)


def teams_gestures(desk: Desk, requests: SecretRequests) -> Gestures:
    """All that the door may be handed."""
    push_form, card, listing, asking = PushFormHandlers(desk), CardHandlers(desk), ListingHandlers(desk), RequestHandlers(desk, requests)
    each = (
        push_form,
        card,
        listing,
        asking,
        OpeningHandlers(desk),
        PassingOnHandlers(desk),
        ComingHandlers(desk),
        CommandHandlers(desk, push_form, card, listing, asking),
    )
    return reduce(or_, (some.gestures() for some in each)).each(lambda handler: _noting(desk, handler))


def _noting(desk: Desk, handler: Handler) -> Handler:
    """Every activity tells where its tenant and its member are reached; what is new of that is remembered first."""

    async def noted(payload: Payload) -> Answer:
        try:
            await desk.conversations.note(payload)
        except StoreUnavailable:
            log.warning("store_unavailable", during="note conversation")
        if desk.directory.wants(payload):
            desk.later(desk.directory.note(payload))
        return await handler(payload)

    return noted
