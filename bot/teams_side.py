"""Which real thing stands behind each room of the Teams adapter?"""

import aiohttp

from adapters.redis_store.locks import RedisLocks
from adapters.redis_store.sealed_records import RedisSealedRecords
from adapters.redis_store.seen_before import RedisSeenBefore
from adapters.teams.ask_delivery import TeamsAskDelivery
from adapters.teams.connector import Connector
from adapters.teams.conversations import Conversations
from adapters.teams.delivery import TeamsDelivery
from adapters.teams.desk import Desk
from adapters.teams.direct import PersonalChats
from adapters.teams.directory import TeamsDirectory
from adapters.teams.handlers import teams_gestures
from adapters.teams.http import TeamsDoor
from adapters.teams.identity import Identity, Keys, Signed, Unsigned
from adapters.teams.people import People
from adapters.teams.reception import Reception
from adapters.teams.recipients import Recipients
from adapters.teams.replies import Replies
from adapters.teams.service_urls import ServiceUrls
from adapters.teams.tokens import Certificate, ClientSecret, NoTokens, Tokens, TokenSource
from bot.ground import Door, Ground
from bot.settings import Settings, secret
from core.bridge import Bridge
from core.engine import PushEngine
from core.identity import Member
from core.once import Once
from core.ports import Clock, RandomBytes
from core.preferences import MemberPreferences
from core.secret_requests import SecretRequests


class TeamsSide:
    """Teams comes in two halves: notices out, which the receipts need, and gestures in, which need the engine."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._service_urls = ServiceUrls(doubles=ground.settings.has_pretend_microsoft)
        self._records = RedisSealedRecords(ground.redis, ground.ring, prefix=ground.prefix)
        self._seen = RedisSeenBefore(ground.redis, ground.random, prefix=ground.prefix)
        self._preferences = MemberPreferences(ground.workspaces, ground.metrics, ground.clock)
        self._conversations = Conversations(ground.workspaces, self._records, ground.clock)
        connector = Connector(
            _tokens(ground),
            ground.session,
            app_id=ground.settings.microsoft_app_id or "",
            service_urls=self._service_urls,
            random=ground.random,
        )
        self._people = People(connector, self._conversations, self._preferences, ground.clock)
        self._chats, self._replies = PersonalChats(connector, self._conversations), Replies(connector)
        self.delivery = TeamsDelivery(self._chats, self._people, self._conversations, ground.ring, ground.policies, ground.clock)
        self.asking = TeamsAskDelivery(self._chats, self._people)
        self.directory = TeamsDirectory(
            connector,
            self._conversations,
            ground.workspaces,
            ground.clock,
            tenants=ground.settings.teams_tenants,
            domains=ground.settings.bridge_domains,
        )

    async def forget(self, member: Member) -> None:
        """The member takes the app away."""
        await self.directory.forget(member)
        await self._conversations.forget(member)

    def doors(self, engine: PushEngine, requests: SecretRequests, bridge: Bridge) -> list[Door]:
        """The door, with its handlers behind it."""
        ground = self._ground
        desk = Desk(
            engine=engine,
            limiter=ground.limiter,
            outbox=ground.outbox,
            once=Once(self._records, RedisLocks(ground.redis, ground.random, prefix=ground.prefix), ground.random),
            clock=ground.clock,
            policies=ground.policies,
            preferences=self._preferences,
            records=self._records,
            seen=self._seen,
            conversations=self._conversations,
            people=self._people,
            recipients=Recipients(self._people, self._conversations),
            directory=self.directory,
            bridge=bridge,
            chats=self._chats,
            replies=self._replies,
            ring=ground.ring,
            random=ground.random,
            base_url=ground.settings.base_url,
            later=ground.later,
        )
        reception = Reception(teams_gestures(desk, requests), self._seen)
        identity, tenants = _identity(ground), ground.settings.teams_tenants
        return [TeamsDoor(reception, identity=identity, tenants=tenants, service_urls=self._service_urls)]


def _identity(ground: Ground) -> Identity:
    if ground.settings.teams_unsigned:
        return Unsigned()
    keys = Keys(ground.session, openid_url=ground.settings.teams_openid_url, clock=ground.clock)
    return Signed(keys, app_id=ground.settings.microsoft_app_id or "", clock=ground.clock)


def microsoft_tokens(settings: Settings, session: aiohttp.ClientSession, clock: Clock, random: RandomBytes) -> Tokens:
    """By which this installation proves to Microsoft that it is the app."""
    certificate = settings.microsoft_app_certificate
    credential = Certificate.from_pem(secret(certificate)) if certificate else ClientSecret(secret(settings.microsoft_app_password))
    return Tokens(
        session,
        app_id=settings.microsoft_app_id or "",
        tenant=settings.microsoft_app_tenant_id or "",
        credential=credential,
        login_url=settings.teams_login_url,
        clock=clock,
        random=random,
    )


def _tokens(ground: Ground) -> TokenSource:
    if ground.settings.teams_unsigned:
        return NoTokens()
    return microsoft_tokens(ground.settings, ground.session, ground.clock, ground.random)
