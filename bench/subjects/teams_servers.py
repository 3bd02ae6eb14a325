"""What is the least that answers Teams, and what does Microsoft's own framework do as it comes?

    python -m bench.subjects.teams_servers <empty | limit | cloud> <port> <facts as JSON>

empty: an aiohttp handler that reads the body. limit: it checks the token as well, asks Redis once whether
the activity was seen before, and posts a line of text with a token that it keeps. cloud: botbuilder's CloudAdapter
with a bot that answers each message with a line of text; from botbuilder-integration-aiohttp where that is installed.

MSAL, by which botbuilder gets its token, speaks to no login service but by https. In its place stands the one request by
which a token is had; MSAL itself would make two.
"""

import json
import sys
from typing import Any

import aiohttp
import jwt
import requests
from aiohttp import web
from redis.asyncio import BlockingConnectionPool, Redis

from bot.server import new_loop

PATH = "/api/messages"
SCOPE = "https://api.botframework.com/.default"
TEXT = "I can push a secret for you: write push, or press the button under the box where you write."
_REMEMBERED_MS = 3_900_000


def empty_app() -> web.Application:
    """No check at all."""

    async def receive(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    return _app(receive)


def limit_app(facts: dict[str, Any]) -> web.Application:
    """Token, SET NX, reply. What was seen before is answered 409, so that whoever measures can tell."""
    # As many connections as our own store has; what comes later waits.
    redis = Redis.from_pool(BlockingConnectionPool.from_url(facts["redis_url"], max_connections=64))
    key = jwt.PyJWK(facts["key"], algorithm="RS256").key

    async def receive(request: web.Request) -> web.Response:
        said = await request.json()
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            claims = jwt.decode(token, key, algorithms=["RS256"], audience=facts["app_id"], issuer="https://api.botframework.com")
        except jwt.PyJWTError:
            return web.Response(status=401)
        if claims["serviceurl"] != said["serviceUrl"]:
            return web.Response(status=401)
        conversation = said["conversation"]["id"]
        if not await redis.set(f"limit:{conversation}:{said['id']}", b"1", nx=True, px=_REMEMBERED_MS):
            return web.Response(status=409)
        if said["type"] == "invoke":
            return web.json_response({"task": {"type": "message", "value": TEXT}})
        async with app["session"].post(
            f"{said['serviceUrl']}v3/conversations/{conversation}/activities",
            json={"type": "message", "text": TEXT},
            headers={"Authorization": "Bearer " + "t" * 1200},
        ) as answer:
            await answer.read()
        return web.Response()

    async def session(app: web.Application) -> Any:
        async with aiohttp.ClientSession() as app["session"]:
            yield

    app = _app(receive)
    app.cleanup_ctx.append(session)
    return app


def cloud_app(facts: dict[str, Any]) -> web.Application:
    """Nothing set but credentials, and where Microsoft is."""
    from botbuilder.core import ActivityHandler, MessageFactory
    from botframework.connector.auth import MicrosoftAppCredentials, PasswordServiceClientCredentialFactory

    class Credentials(MicrosoftAppCredentials):  # type: ignore[misc]  # it has no types
        kept = ""

        def get_access_token(self, force_refresh: bool = False) -> str:
            """Once for each of these, as MSAL's own memory would have it. The framework makes new ones for each activity."""
            if not self.kept:
                asked = {"client_id": facts["app_id"], "client_secret": facts["secret"], "grant_type": "client_credentials", "scope": SCOPE}
                answer = requests.post(f"{facts['login_url']}botframework.com/oauth2/v2.0/token", data=asked, timeout=5)
                self.kept = answer.json()["access_token"]
            return self.kept

    class Factory(PasswordServiceClientCredentialFactory):  # type: ignore[misc]  # it has no types
        async def create_credentials(self, app_id: str, oauth_scope: str, login_endpoint: str, validate_authority: bool) -> Any:
            return Credentials(app_id, self.password, self.tenant_id, oauth_scope)

    class Bot(ActivityHandler):  # type: ignore[misc]  # it has no types
        async def on_message_activity(self, turn_context: Any) -> None:
            await turn_context.send_activity(MessageFactory.text(TEXT))

    adapter, bot = _cloud_adapter(facts, Factory(facts["app_id"], facts["secret"])), Bot()

    async def receive(request: web.Request) -> web.Response:
        answer: web.Response = await adapter.process(request, bot)
        return answer

    return _app(receive)


def _cloud_adapter(facts: dict[str, Any], credentials: Any) -> Any:
    from botframework.connector.auth import AuthenticationConfiguration, BotFrameworkAuthenticationFactory

    known = BotFrameworkAuthenticationFactory.create(
        channel_service="",
        validate_authority=True,
        to_channel_from_bot_login_url="https://login.microsoftonline.com/botframework.com",
        to_channel_from_bot_oauth_scope=SCOPE.removesuffix("/.default"),
        to_bot_from_channel_token_issuer="https://api.botframework.com",
        oauth_url="https://api.botframework.com",
        to_bot_from_channel_open_id_metadata_url=facts["openid_url"],
        to_bot_from_emulator_open_id_metadata_url=facts["openid_url"],
        caller_id="",
        credential_factory=credentials,
        auth_configuration=AuthenticationConfiguration(),
    )
    try:
        from botbuilder.integration.aiohttp import CloudAdapter
    except ImportError:
        return _thin(known)
    return CloudAdapter(known)


def _thin(known: Any) -> Any:
    """The same without botbuilder-integration-aiohttp: as little as lies between its base class and aiohttp."""
    from botbuilder.core import CloudAdapterBase
    from botbuilder.schema import Activity

    class Thin(CloudAdapterBase):  # type: ignore[misc]  # it has no types
        async def process(self, request: web.Request, bot: Any) -> web.Response:
            activity = Activity().deserialize(await request.json())
            answer = await self.process_activity(request.headers.get("Authorization", ""), activity, bot.on_turn)
            return web.json_response(answer.body, status=answer.status) if answer else web.Response(status=201)

    return Thin(known)


def _app(receive: Any) -> web.Application:
    app = web.Application()
    app.router.add_post(PATH, receive)
    return app


def main() -> None:
    """Serve until told to end."""
    which, port, said = sys.argv[1:]
    facts = json.loads(said)
    match which:
        case "empty":
            app = empty_app()
        case "limit":
            app = limit_app(facts)
        case _:
            app = cloud_app(facts)
    web.run_app(app, host="127.0.0.1", port=int(port), access_log=None, print=lambda *_: None, loop=new_loop())


if __name__ == "__main__":
    main()
