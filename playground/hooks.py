"""What happens when the service posts to a response_url?"""

import json

from aiohttp import web

from playground.block_kit import faults_of_blocks
from playground.house import House
from playground.passes import ResponseUrl
from playground.refusals import Json, Refused
from playground.workspace import Message


class Hooks:
    """The addresses /commands/..., /actions/... and /app/... that Slack gives out as response_url."""

    def __init__(self, houses: dict[str, House]) -> None:
        self._houses = houses

    def routes(self) -> list[web.RouteDef]:
        return [web.post(f"/{kind}/{{team}}/{{number}}/{{token}}", self._answer) for kind in ("commands", "actions", "app")]

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            house = self._houses.get(request.match_info["team"])
            if house is None:
                raise Refused("no_such_hook")
            url = house.passes.use_response_url(request.path)
        except Refused as refused:
            return web.json_response(refused.answer(), status=404)
        try:
            respond(house, url, json.loads(await request.text()))
        except (ValueError, TypeError, AttributeError):
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        except Refused as refused:
            return web.json_response(refused.answer(), status=400)
        return web.Response(text="ok")


def respond(house: House, url: ResponseUrl, body: Json) -> Message | None:
    """Do what the `body` of an answer says: say something, or replace or delete the message it is about."""
    original = _original(house, url)
    if body.get("delete_original") and original is not None:
        house.workspace.delete(original)
        return None
    text, blocks = body.get("text") or "", body.get("blocks") or []
    if not text and not blocks:
        raise Refused("no_text")
    faults = faults_of_blocks(blocks)
    if faults:
        raise Refused("invalid_blocks", faults)
    if body.get("replace_original") and original is not None:
        return house.workspace.edit(original, text, blocks, marked=not original.only_for)
    in_channel = body.get("response_type") == "in_channel"
    if in_channel and url.command:
        # Slack then shows everybody what the person typed: the reason why pushpw never asks for it.
        house.workspace.post(url.channel, url.user, url.command)
        url.command = ""
    return house.workspace.post(
        url.channel,
        house.team.bot,
        text,
        blocks,
        only_for="" if in_channel else url.user,
        unfurl_links=body.get("unfurl_links", True),
        unfurl_media=body.get("unfurl_media", True),
        thread_ts=body.get("thread_ts", ""),
    )


def _original(house: House, url: ResponseUrl) -> Message | None:
    try:
        return house.workspace.find(url.channel, url.ts, ephemeral=url.ephemeral) if url.ts else None
    except Refused:
        return None
