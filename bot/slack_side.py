"""Which real thing stands behind each room of the Slack adapter?"""

from adapters.redis_store.locks import RedisLocks
from adapters.redis_store.sealed_records import RedisSealedRecords
from adapters.redis_store.seen_before import RedisSeenBefore
from adapters.slack.ask_delivery import SlackAskDelivery
from adapters.slack.delivery import SlackDelivery
from adapters.slack.desk import Desk
from adapters.slack.directory import SlackDirectory
from adapters.slack.groups import Groups
from adapters.slack.handlers import SlackHandlers
from adapters.slack.home import HomeTabs
from adapters.slack.http import SlackDoor
from adapters.slack.install import MEMBER_PATH, InstallDoor
from adapters.slack.installations import Installations
from adapters.slack.manifest import BOT_SCOPES, BRIDGE_SCOPES, OPTIONAL_BOT_SCOPES, PREVIEW_SCOPES
from adapters.slack.notices import Notices
from adapters.slack.oauth import OAuth
from adapters.slack.people import People
from adapters.slack.reception import Reception
from adapters.slack.recipients import Recipients
from adapters.slack.responses import Responses
from adapters.slack.socket import SocketDoor
from adapters.slack.switchboard import OneToken, Switchboard
from adapters.slack.vault import Vault
from adapters.web.notices import NoticePages
from adapters.web.origin import claimant_address
from bot.ground import Door, Ground, brand_of
from bot.settings import secret
from core.bridge import Bridge
from core.engine import PushEngine
from core.once import Once
from core.ports import AuditLog, Departures, ReceiptBook
from core.preferences import MemberPreferences
from core.receipt import Change
from core.reveal import Reveals
from core.secret_request import SecretRequest
from core.secret_requests import SecretRequests
from core.totals import Counting


class SlackSide:
    """Slack comes in two halves: notices out, which the receipts need, and gestures in, which need the engine."""

    def __init__(self, ground: Ground, book: ReceiptBook, counting: Counting) -> None:
        self._ground = ground
        settings, session = ground.settings, ground.session
        self.socket: SocketDoor | None = None
        self._many = _ManyWorkspaces(ground) if settings.has_many_workspaces else None
        self.tokens = (
            self._many.installations
            if self._many
            else OneToken(secret(settings.slack_bot_token), api_url=settings.slack_api_url, session=session)
        )
        self._switchboard = Switchboard(self.tokens, api_url=settings.slack_api_url, session=session)
        self.directory = SlackDirectory(self._switchboard, settings.bridge_workspaces, many=settings.has_many_workspaces)
        self._responses = Responses(api_url=settings.slack_api_url, session=session)
        self._preferences = MemberPreferences(ground.workspaces, ground.metrics, ground.clock)
        self._people = People(self._switchboard, self._preferences, ground.clock)
        self._records = RedisSealedRecords(ground.redis, ground.ring, prefix=ground.prefix)
        self.asking = SlackAskDelivery(self._switchboard, self._people)
        self._groups = Groups(self._switchboard, ground.clock)
        self.delivery = SlackDelivery(self._switchboard, self._responses, self._people, self._records, ground.ring, ground.policies)
        self._notices = Notices(self._switchboard, self._people, self._preferences)
        self._home = HomeTabs(
            book=book,
            records=self._records,
            policies=ground.policies,
            preferences=self._preferences,
            counting=counting,
            people=self._people,
            switchboard=self._switchboard,
            later=ground.later,
            support_url=settings.support_url or "",
            every_seconds=ground.timing.home_seconds,
        )

    async def look(self, change: Change) -> None:
        """Something changed for a sender: their Home tab shows it, and perhaps they want to be told. Both may be lost."""
        if change.after.sender.workspace.platform == "slack":
            self._home.refresh(change.after.sender)
            await self._notices.note(change)

    def look_at_request(self, request: SecretRequest) -> None:
        """Something changed for whoever asked: their Home tab shows it."""
        if request.requester.workspace.platform == "slack":
            self._home.refresh(request.requester)

    @property
    def departures(self) -> Departures:
        """Who knows which workspaces have the app."""
        return self.tokens

    @property
    def _leave_url(self) -> str:
        """Where members let the app delete messages of theirs; empty when nowhere."""
        return self._ground.settings.base_url + MEMBER_PATH if self._many else ""

    async def drain(self) -> None:
        """Wait for what must not be cut off."""
        if self.socket:
            await self.socket.drain()
        if self._many:
            await self._many.vault.drain()

    def doors(self, engine: PushEngine, requests: SecretRequests, book: ReceiptBook, audit: AuditLog, bridge: Bridge) -> list[Door]:
        """The doors, with their handlers behind them."""
        ground = self._ground
        reveals = Reveals(engine=engine, book=book, policies=ground.policies, records=self._records, audit=audit, random=ground.random)
        handlers = SlackHandlers(self._desk(engine, reveals, bridge), requests, self._leave_url)
        return self._entrances(Reception(handlers, RedisSeenBefore(ground.redis, ground.random, prefix=ground.prefix)))

    def _desk(self, engine: PushEngine, reveals: Reveals, bridge: Bridge) -> Desk:
        ground = self._ground
        return Desk(
            engine=engine,
            reveals=reveals,
            outbox=ground.outbox,
            tokens=self.tokens,
            clock=ground.clock,
            policies=ground.policies,
            preferences=self._preferences,
            records=self._records,
            switchboard=self._switchboard,
            responses=self._responses,
            people=self._people,
            home=self._home,
            groups=self._groups,
            recipients=Recipients(self._people, self._groups),
            bridge=bridge,
            once=Once(self._records, RedisLocks(ground.redis, ground.random, prefix=ground.prefix), ground.random),
            ring=ground.ring,
            random=ground.random,
            base_url=ground.settings.base_url,
            later=ground.later,
        )

    def _entrances(self, reception: Reception) -> list[Door]:
        """Sockets are kept open from within, so they are no door that anybody mounts."""
        ground = self._ground
        doors: list[Door] = []
        if ground.settings.slack_app_token is not None:
            token, api_url = secret(ground.settings.slack_app_token), ground.settings.slack_api_url
            self.socket = SocketDoor(reception, app_token=token, api_url=api_url, session=ground.session)
        if ground.settings.slack_signing_secret is not None:
            doors.append(SlackDoor(reception, signing_secret=secret(ground.settings.slack_signing_secret), clock=ground.clock))
        if self._many:
            doors.append(self._many.door(self._records))
        return doors


class _ManyWorkspaces:
    """Workspaces that install the app themselves."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        settings = ground.settings
        self._oauth = OAuth(
            client_id=settings.slack_client_id or "",
            client_secret=secret(settings.slack_client_secret),
            api_url=settings.slack_api_url,
            session=ground.session,
        )
        records, locks = ground.workspaces, RedisLocks(ground.redis, ground.random, prefix=ground.prefix)
        self.vault = Vault(records, locks, self._oauth, ground.clock)
        self.installations = Installations(records, self.vault, locks, ground.clock)

    def door(self, records: RedisSealedRecords) -> Door:
        """Where they install it."""
        ground, settings = self._ground, self._ground.settings
        return InstallDoor(
            self._oauth,
            self.installations,
            pages=NoticePages(brand_of(settings), https=settings.base_url.startswith("https:"), hsts=settings.hsts),
            records=records,
            limiter=ground.limiter,
            random=ground.random,
            address_of=lambda request: claimant_address(request, settings.trusted_proxies),
            scopes=[
                *BOT_SCOPES,
                *OPTIONAL_BOT_SCOPES,
                *(PREVIEW_SCOPES if settings.slack_previews else []),
                *(BRIDGE_SCOPES if settings.bridge_domains else []),
            ],
            base_url=settings.base_url,
            name=settings.brand_name,
        )
