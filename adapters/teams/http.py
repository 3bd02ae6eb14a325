"""The door: which of Microsoft's requests are let in?

    size and time cap -> token -> the activity is the one that the token speaks of -> tenant -> the reception

botbuilder's own door would answer 500 to a bad token, and to every dialog.
"""

from collections.abc import Container
from http import HTTPStatus

import structlog
from aiohttp import web

from adapters.bodies import BadBody, json_object, read_body
from adapters.teams import parse
from adapters.teams.gestures import Payload
from adapters.teams.identity import Identity, NotVouched, Voucher
from adapters.teams.reception import Reception
from adapters.teams.service_urls import ServiceUrls
from core.errors import Unreachable

PATH = "/api/messages"
BODY_MOST = 512 * 1024
ANY = "any"

log = structlog.get_logger(__name__)


class TeamsDoor:
    """POST /api/messages: messages, events, dialogs and buttons on one URL."""

    def __init__(self, reception: Reception, *, identity: Identity, tenants: Container[str], service_urls: ServiceUrls) -> None:
        """`tenants`: ids in lower case; ANY among them lets in every tenant."""
        self._reception = reception
        self.gestures = reception.gestures
        self._identity = identity
        self._tenants = tenants
        self._service_urls = service_urls

    def mount(self, app: web.Application) -> None:
        """Put the door into the house."""
        app.router.add_post(PATH, self.receive)

    async def receive(self, request: web.Request) -> web.Response:
        """One activity. 401: nobody vouches for it; 403: it is vouched for, and not for us; 503: send it again."""
        if request.content_type != "application/json":
            # Nor could a page in somebody's browser send one to a service that takes unsigned ones, without asking first.
            return web.Response(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE, text="The body is not one that Teams sends.")
        try:
            body = await read_body(request, BODY_MOST)
        except BadBody as refusal:
            log.warning("teams_body_refused", reason=refusal.reason)
            return web.Response(status=refusal.status, text="The body is not one that Teams sends.")
        try:
            voucher = await self._identity.check(request.headers.getall("Authorization", []))
        except NotVouched as refusal:
            log.warning("teams_token_refused", reason=refusal.reason)
            return web.Response(status=HTTPStatus.UNAUTHORIZED, text="The token is not the connector's.")
        except Unreachable:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text="The connector's keys cannot be had just now.")
        payload = json_object(body)
        if payload is not None and (reason := self._refusal(voucher, payload)):
            log.warning("teams_activity_not_let_in", reason=reason)
            return web.Response(status=HTTPStatus.FORBIDDEN, text="This is not for us.")
        answered = await self._reception.take(payload, voucher.seconds)
        if answered.body is None:
            return web.Response(status=answered.status)
        return web.json_response(answered.body, status=answered.status)

    def _refusal(self, voucher: Voucher, payload: Payload) -> str | None:
        if reason := voucher.refusal(payload):
            return reason
        if not self._service_urls.allow(payload.get("serviceUrl")):
            return "service_url_host"
        tenant = parse.tenant(payload)
        return None if tenant and (tenant in self._tenants or ANY in self._tenants) else "tenant"
