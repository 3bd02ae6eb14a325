"""What goes out to Teams: with one token for all, tried again where that is safe, at Microsoft's pace, and nowhere else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, web
from structlog.testing import capture_logs

from adapters.pace import RateLimited
from adapters.teams.connector import RATES, TRIES, Connector
from adapters.teams.service_urls import ServiceUrls
from adapters.teams.tokens import EARLY_SECONDS, Certificate, ClientSecret, Credential, NoTokens, Tokens
from core.errors import Undeliverable, Unreachable
from playground.microsoft.double import APP_ID, PretendMicrosoft
from playground.microsoft.world import JANE, OMAR, PROJECT_CHAT, TENANT
from tests.fakes import ManualClock, SeededRandom
from tests.pems import pem_of_an_app

SECRET = "a secret of tests"
HELLO = {"type": "message", "text": "Hello"}
PEM = pem_of_an_app()


@dataclass
class Line:
    """The connector with Microsoft at the other end. `slept`: what was waited for, which took no time."""

    microsoft: PretendMicrosoft
    clock: ManualClock
    session: ClientSession
    tokens: Tokens
    connector: Connector
    slept: list[float] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.microsoft.service_url

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(round(seconds * 1000))

    async def chat(self) -> str:
        self.microsoft.settle(JANE)
        return await self.connector.create_conversation(self.url, TENANT, JANE)

    async def post(self) -> str:
        return await self.connector.post(self.url, self.microsoft.as_person(JANE).chat.id, HELLO)


@asynccontextmanager
async def open_line(credential: Credential | None = None, tenant: str = "") -> AsyncIterator[Line]:
    clock = ManualClock()
    microsoft = PretendMicrosoft(app_secret=SECRET, now=lambda: clock() / 1000)
    await microsoft.start()
    async with ClientSession() as session:
        tokens = Tokens(
            session,
            app_id=APP_ID,
            credential=credential or ClientSecret(SECRET),
            login_url=f"{microsoft.login_url}/",
            tenant=tenant,
            clock=clock,
            random=SeededRandom(),
        )
        naps: list[Callable[[float], Awaitable[None]]] = []
        connector = Connector(
            tokens,
            session,
            app_id=APP_ID,
            service_urls=ServiceUrls(doubles=True),
            random=SeededRandom(),
            now=lambda: clock() / 1000,
            sleep=lambda seconds: naps[0](seconds),
        )
        line = Line(microsoft, clock, session, tokens, connector)
        naps.append(line.sleep)
        microsoft.settle(JANE, OMAR, where=microsoft.world.conversation(PROJECT_CHAT))
        try:
            yield line
        finally:
            await microsoft.stop()


# Tokens


async def test_however_many_need_a_token_one_is_asked_for() -> None:
    async with open_line() as line:
        line.microsoft.login.slowness = 0.05
        assert len(set(await asyncio.gather(*(line.tokens.token() for _ in range(50))))) == 1
        assert line.microsoft.login.calls == 1


async def test_a_token_is_kept_until_shortly_before_its_end() -> None:
    async with open_line() as line:
        first = await line.tokens.token()
        line.clock.advance((line.microsoft.login.lifetime - EARLY_SECONDS) * 1000 - 1)
        assert await line.tokens.token() == first
        line.clock.advance(1)
        assert await line.tokens.token() != first


async def test_who_gives_up_waiting_takes_the_token_from_nobody() -> None:
    async with open_line() as line:
        line.microsoft.login.slowness = 0.05
        first, second = asyncio.create_task(line.tokens.token()), asyncio.create_task(line.tokens.token())
        await asyncio.sleep(0)
        first.cancel()
        assert await second
        assert line.microsoft.login.calls == 1


async def test_a_token_that_is_not_taken_is_renewed_once_for_all() -> None:
    async with open_line() as line:
        await line.chat()
        line.microsoft.login.expire_all()
        await asyncio.gather(*(line.post() for _ in range(5)))
        assert line.microsoft.login.calls == 2


async def test_a_token_that_is_never_taken_is_no_reason_to_go_on() -> None:
    async with open_line() as line:
        line.microsoft.connector.fail_with(401, times=10)
        with pytest.raises(Undeliverable) as caught:
            await line.post()
        assert not isinstance(caught.value, Unreachable)
        assert line.microsoft.login.calls == 2


async def test_a_certificate_is_as_good_as_a_secret() -> None:
    certificate = Certificate.from_pem(PEM)
    async with open_line(certificate, TENANT) as line:
        line.microsoft.login.certificate = certificate.key.public_key()
        assert await line.tokens.token()
        assert SECRET not in repr(line.tokens)
        assert PEM[40:80] not in repr(certificate)


@pytest.mark.parametrize(
    ("status", "refusal"), [(503, Unreachable), (429, Unreachable), (500, Unreachable), (400, Undeliverable), (401, Undeliverable)]
)
async def test_a_login_that_fails_is_told_apart_from_one_that_refuses(status: int, refusal: type[Undeliverable]) -> None:
    async with open_line() as line:
        line.microsoft.login.failures = [status] * 2
        with pytest.raises(Undeliverable) as caught:
            await line.post()
        assert type(caught.value) is refusal
        results = await asyncio.gather(*(line.tokens.token() for _ in range(5)), return_exceptions=True)
        assert {type(each) for each in results} == {refusal}
        assert await line.tokens.token()


async def test_a_wrong_secret_is_refused_and_not_repeated() -> None:
    async with open_line(ClientSecret("another secret")) as line:
        with capture_logs() as logs, pytest.raises(Undeliverable) as caught:
            await line.post()
        assert caught.value.reason == "AADSTS7000215"
        assert [each["codes"] for each in logs] == [[7000215]]
        assert "another secret" not in f"{logs}{caught.value!r}"


async def test_a_login_that_is_not_there_is_unreachable() -> None:
    async with open_line() as line:
        await line.microsoft.stop()
        with pytest.raises(Unreachable):
            await line.tokens.token()


# Calls


async def test_a_message_is_posted_and_then_changed_in_its_place() -> None:
    async with open_line() as line:
        chat = await line.chat()
        message = await line.connector.post(line.url, chat, HELLO)
        await line.connector.update(line.url, chat, message, {"type": "message", "text": "Good bye"})
        assert [each.text for each in line.microsoft.as_person(JANE).messages()] == ["Good bye"]
        assert await line.chat() == chat


async def test_a_message_for_one_person_in_a_group_is_seen_by_nobody_else() -> None:
    async with open_line() as line:
        jane = line.microsoft.as_person(JANE)
        await line.connector.post(line.url, PROJECT_CHAT, HELLO, targeted_to=jane.person.id)
        assert [each.text for each in jane.messages(PROJECT_CHAT)] == ["Hello"]
        assert line.microsoft.as_person(OMAR).messages(PROJECT_CHAT) == []


async def test_the_roster_tells_who_somebody_is_and_who_is_nobody() -> None:
    async with open_line() as line:
        found = await line.connector.member(line.url, PROJECT_CHAT, JANE)
        assert found is not None
        assert found["aadObjectId"] == JANE
        assert await line.connector.member(line.url, PROJECT_CHAT, "7d3f8a52-0000-4c09-9f2a-5e8d1c4b7a60") is None


@pytest.mark.parametrize("status", [412, 429, 502, 504])
async def test_what_may_be_tried_again_is_tried_again(status: int) -> None:
    async with open_line() as line:
        line.microsoft.connector.fail_with(status, times=TRIES - 1)
        assert await line.post()
        assert len(line.microsoft.as_person(JANE).messages()) == 1
        assert len(line.slept) == TRIES - 1
        assert line.slept == sorted(line.slept)
        assert 0.2 < line.slept[0] < 0.8


async def test_two_who_try_again_do_not_do_so_at_the_same_time() -> None:
    waits = []
    async with open_line() as line:
        for who in (JANE, OMAR):
            line.slept.clear()
            line.microsoft.connector.fail_with(502)
            await line.connector.post(line.url, line.microsoft.as_person(who).chat.id, HELLO)
            waits += line.slept
    assert len(set(waits)) == 2


async def test_microsoft_says_how_long_to_wait_but_not_for_ever() -> None:
    async with open_line() as line:
        line.microsoft.connector.fail_with(429, retry_after=3)
        await line.post()
        assert line.slept == [3.0]
        line.slept.clear()
        line.microsoft.connector.fail_with(429, retry_after=3600, times=9)
        with pytest.raises(RateLimited) as caught:
            await line.post()
        assert sum(line.slept) <= 20
        assert caught.value.retry_after <= 20


@pytest.mark.parametrize(("status", "refusal"), [(412, Unreachable), (429, RateLimited), (502, Unreachable), (504, Unreachable)])
async def test_what_does_not_pass_is_left_to_the_outbox(status: int, refusal: type[Undeliverable]) -> None:
    async with open_line() as line:
        line.microsoft.connector.fail_with(status, times=99)
        with pytest.raises(Undeliverable) as caught:
            await line.post()
        assert type(caught.value) is refusal
        assert len(line.microsoft.connector.calls) == TRIES


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "BotNotInConversationRoster"), (403, "ConversationBlockedByUser"), (403, "BotDisabledByAdmin"), (403, "MessageWritesBlocked"),
     (404, "ConversationNotFound"), (413, "MessageSizeTooBig"), (400, "BadSyntax")],
)  # fmt: skip  # the codes read as a table
async def test_a_refusal_is_told_in_microsofts_own_words_and_not_tried_again(status: int, code: str) -> None:
    async with open_line() as line:
        line.microsoft.connector.fail_with(status, code, times=9)
        with pytest.raises(Undeliverable) as caught:
            await line.post()
        assert (type(caught.value), caught.value.reason) == (Undeliverable, code)
        assert len(line.microsoft.connector.calls) == 1


@pytest.mark.parametrize("status", [500, 503])
async def test_a_fault_of_microsofts_is_not_tried_again_at_once(status: int) -> None:
    async with open_line() as line:
        line.microsoft.connector.fail_with(status)
        with pytest.raises(Unreachable):
            await line.post()
        assert len(line.microsoft.connector.calls) == 1


async def test_a_line_that_breaks_is_not_tried_again_since_the_message_may_be_there() -> None:
    async with open_line() as line:
        await line.tokens.token()
        line.microsoft.connector.break_line(after_doing=True)
        with pytest.raises(Unreachable):
            await line.post()
        assert len(line.microsoft.as_person(JANE).messages()) == 1


async def test_messages_to_one_conversation_keep_to_all_four_of_microsofts_rates() -> None:
    async with open_line() as line:
        await line.tokens.token()
        line.microsoft.connector.faults.enforce_rates = True
        await asyncio.gather(*(line.post() for _ in range(25)))
        chat, faults = line.microsoft.as_person(JANE).chat.id, line.microsoft.connector.faults
        assert faults.busiest(chat, 1) <= 7
        assert faults.busiest(chat, 2) <= 8
        assert len(line.microsoft.connector.calls) == 25  # none of them had to be sent twice


@pytest.mark.parametrize(("seconds", "most"), [(1, 7), (2, 8), (30, 60), (3600, 1800)])
async def test_in_no_span_of_time_do_our_rates_allow_more_than_microsofts(seconds: int, most: int) -> None:
    assert min(rate.burst + rate.per_second * seconds for rate in RATES) <= most


async def test_one_slow_conversation_does_not_hold_up_another() -> None:
    async with open_line() as line:
        busy = line.microsoft.as_person(JANE).chat.id
        line.microsoft.connector.fail_with(429, to=busy, retry_after=3)
        await line.connector.post(line.url, line.microsoft.as_person(OMAR).chat.id, HELLO)
        assert line.slept == []


# Addresses


@asynccontextmanager
async def open_recorder(status: int, **headers: str) -> AsyncIterator[tuple[Connector, str, list[str]]]:
    """A connector, the address of a server that answers everything so, and the paths that it is asked for, as they came."""
    heard: list[str] = []

    async def record(request: web.Request) -> web.Response:
        heard.append(request.raw_path)
        return web.Response(status=status, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", record)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as session:
        yield (
            Connector(NoTokens(), session, app_id=APP_ID, service_urls=ServiceUrls(doubles=True), random=SeededRandom()),
            f"http://127.0.0.1:{runner.addresses[0][1]}/",
            heard,
        )
    await runner.cleanup()


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("19:x@thread.tacv2;messageid=1", "19:x@thread.tacv2;messageid=1"),
        ("../../v3/attachments", "..%2F..%2Fv3%2Fattachments"),
        ("a/../b", "a%2F..%2Fb"),
        ("a%2F..%2Fb", "a%252F..%252Fb"),
        ("a?x=1", "a%3Fx=1"),
        ("a#b", "a%23b"),
        ("a\\b", "a%5Cb"),
    ],
)
async def test_a_conversations_name_leads_to_no_other_place(name: str, part: str) -> None:
    async with open_recorder(404) as (connector, url, heard):
        with pytest.raises(Undeliverable):
            await connector.post(url, name, HELLO)
        with pytest.raises(Undeliverable):
            await connector.update(url, "a:1", name, HELLO)
        assert heard == [f"/v3/conversations/{part}/activities", f"/v3/conversations/a:1/activities/{part}"]


@pytest.mark.parametrize("name", ["", ".", "..", "..."])
async def test_what_names_nothing_is_not_asked_for(name: str) -> None:
    async with open_recorder(404) as (connector, url, heard):
        for call in (connector.post(url, name, HELLO), connector.update(url, "a:1", name, HELLO), connector.member(url, "a:1", name)):
            with pytest.raises(Undeliverable):
                await call
        assert heard == []


URLS = [
    "https://evil.test/",
    "https://evil.trafficmanager.net/",
    "https://smba.trafficmanager.net.evil.test/",
    "https://smba.trafficmanager.net@evil.test/",
    "https://evil.test/smba.trafficmanager.net/",
    "https://botframework.com.evil.test/",
    "https://evilbotframework.com/",
    "http://smba.trafficmanager.net/emea/",
    "https://smba.trafficmanager.net:8443/emea/",
    "https://smba.trafficmanager.net./",
    "https://smba.trafficmanager.net/?x=",
    "https://smba.trafficmanager.net/#x",
    "https://smba.trafficmanager.net\\@evil.test/",
    "https://smba.trafficmanager.net\t.evil.test/",
    "https://[::1",
    "https://127.0.0.1/",
    "http://localhost/",
    "https://169.254.169.254/",
    "ftp://smba.trafficmanager.net/",
    "smba.trafficmanager.net",
    "",
    None,
    7,
]


@pytest.mark.parametrize("url", URLS, ids=repr)
async def test_only_hosts_of_microsofts_are_the_connectors(url: object) -> None:
    assert not ServiceUrls().allow(url)


@pytest.mark.parametrize(
    "host", ["smba.trafficmanager.net", "SMBA.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com", "x.botframework.com"]
)
async def test_hosts_of_microsofts_are_the_connectors_and_no_doubles(host: str) -> None:
    assert ServiceUrls().allow(f"https://{host}/emea/{TENANT}/")
    assert not ServiceUrls(doubles=True).allow(f"https://{host}/emea/")


async def test_nothing_goes_to_an_address_that_is_nobodys() -> None:
    async with open_line() as line:
        with capture_logs() as logs, pytest.raises(Undeliverable):
            await line.connector.post("https://evil.test/secret-path/", "a:1", HELLO)
        assert line.microsoft.login.calls == 0
        assert "evil" not in str(logs)


async def test_a_redirect_is_not_followed_with_our_token() -> None:
    async with open_recorder(307, Location="/elsewhere") as (connector, url, heard):
        with pytest.raises(Undeliverable):
            await connector.post(url, "a:1", HELLO)
        assert heard == ["/v3/conversations/a:1/activities"]
