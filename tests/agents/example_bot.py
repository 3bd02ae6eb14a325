"""A bot that is not pushpw, to learn how the Agents Playground itself behaves."""

import asyncio
from typing import Any

from aiohttp import ClientSession, web

Payload = dict[str, Any]
CARD = "application/vnd.microsoft.card.adaptive"


def card(text: str, *more: Payload, actions: tuple[Payload, ...] = ()) -> Payload:
    body = [{"type": "TextBlock", "text": text, "wrap": True}, *more]
    return {"contentType": CARD, "content": {"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": list(actions)}}


FORM = card(
    "A form",
    {"type": "Input.Text", "id": "secret", "label": "Secret", "style": "Password"},
    {"type": "Input.Text", "id": "note", "label": "Note"},
    {
        "type": "Input.ChoiceSet",
        "id": "to",
        "label": "To",
        "isMultiSelect": True,
        "choices": [],
        "choices.data": {"type": "Data.Query", "dataset": "graph.microsoft.com/users"},
    },
    actions=({"type": "Action.Submit", "title": "Send", "data": {"dialog": "push"}},),
)
BUTTONS = card(
    "Buttons",
    actions=(
        {"type": "Action.Execute", "title": "Open", "verb": "open", "data": {"reference": "r"}},
        {"type": "Action.Submit", "title": "Ask", "data": {"msteams": {"type": "task/fetch"}, "dialog": "push"}},
    ),
)


class ExampleBot:
    """Remembers all that it hears, and answers each kind of thing in one way."""

    app_id = "5f1c6d0e-1f2a-4b3c-8d4e-00000000b077"

    def __init__(self) -> None:
        self.heard: list[Payload] = []
        self.port = 0
        self.answer: Payload | None = None
        self._came = asyncio.Condition()
        self._session = ClientSession()
        application = web.Application()
        application.router.add_post("/api/messages", self._messages)
        self._runner = web.AppRunner(application, access_log=None)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/messages"

    async def start(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def one(self, since: int = 0, **wanted: str) -> Payload:
        """The newest of what it heard, beyond the first `since`, with these values; waits for it."""
        async with asyncio.timeout(20), self._came:
            await self._came.wait_for(lambda: self._found(since, wanted))
        return self._found(since, wanted)[-1]

    def _found(self, since: int, wanted: Payload) -> list[Payload]:
        return [each for each in self.heard[since:] if all(each.get(name) == value for name, value in wanted.items())]

    async def call(self, method: str, path: str, body: Payload | None = None) -> tuple[int, Any]:
        """One call of the connector that the newest activity named."""
        async with self._session.request(method, self.heard[-1]["serviceUrl"] + path, json=body) as response:
            return response.status, await response.json() if response.content_type == "application/json" else None

    async def post(self, attachment: Payload) -> tuple[int, Any]:
        """A card into the chat that the newest activity came from."""
        return await self.call("POST", f"/v3/conversations/{self.heard[-1]['conversation']['id']}/activities", said(attachment))

    async def _messages(self, request: web.Request) -> web.Response:
        activity = await request.json()
        async with self._came:
            self.heard.append({**activity, "headers": dict(request.headers)})
            self._came.notify_all()
        match activity.get("name"):
            case "composeExtension/fetchTask" | "task/fetch":
                return web.json_response({"task": {"type": "continue", "value": {"title": "Push", "card": FORM}}})
            case "composeExtension/submitAction":
                return web.json_response(self.answer)
            case "adaptiveCard/action":
                alone = card("For you alone", actions=({"type": "Action.OpenUrl", "title": "View", "url": "http://localhost:1/"},))
                return web.json_response({"statusCode": 200, "type": CARD, "value": alone["content"]})
        return web.Response()


def said(attachment: Payload) -> Payload:
    return {"type": "message", "attachments": [attachment]}
