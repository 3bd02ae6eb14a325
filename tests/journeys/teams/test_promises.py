"""A process dies between its answer to a form and what it promised with it: the next one does it."""

import secrets
import sys
from asyncio import create_subprocess_exec, subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.redis_store.connect import connect
from adapters.redis_store.embedded import EmbeddedServer
from adapters.redis_store.keys import Keys
from adapters.redis_store.outbox import LEASE_MS
from adapters.teams.http import PATH
from core.link import encode
from playground.microsoft.double import PretendMicrosoft
from playground.microsoft.world import JANE, OMAR
from playground.office import pretend_microsoft
from tests.journeys.program import Program, environment
from tests.journeys.reader import Reader
from tests.journeys.teams.actors import SECRET, links_in

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


@asynccontextmanager
async def running(microsoft: PretendMicrosoft, settings: dict[str, str]) -> AsyncIterator[Program]:
    """The real program as a process of its own; the pretend Teams talks to it."""
    process = await create_subprocess_exec(sys.executable, "-m", "bot", "web", stderr=subprocess.PIPE, cwd="/", env=environment(**settings))
    program = Program(process)
    try:
        await program.listen()
        microsoft.wire.bot_url = program.url + PATH
        yield program
    finally:
        if process.returncode is None:
            await program.kill()


async def let_leases_end(store_url: str) -> None:
    """As if so long had gone by that whatever the dead process had taken may be taken by another."""
    redis, name = connect(store_url, timeout=20), Keys("pushpw").promises()
    lent = [each["message_id"] for each in await redis.xpending_range(name, "keepers", "-", "+", 100)]
    if lent:  # else it had not come so far
        await redis.xclaim(name, "keepers", "all", 0, lent, idle=LEASE_MS, justid=True)
    await redis.aclose()


@pytest.mark.parametrize("lease_is_over", [True, pytest.param(False, marks=pytest.mark.long)])
async def test_what_a_killed_process_had_promised_with_its_answer_is_done_by_the_next(lease_is_over: bool) -> None:
    with EmbeddedServer() as server:
        async with pretend_microsoft() as (microsoft, told):
            microsoft.wire.patience = 20.0
            settings = {
                **told,
                "PUSHPW_BASE_URL": "http://localhost:8080",
                "PUSHPW_REDIS_URL": server.url,
                "PUSHPW_SEAL_KEYS": encode(secrets.token_bytes(32)),
                "PORT": "0",
            }
            jane, omar = microsoft.as_person(JANE), microsoft.as_person(OMAR)
            async with running(microsoft, settings) as first:
                for person in (jane, omar):
                    await person.installs()
                    await microsoft.until(person.latest, within=20.0)
                form = (await jane.opens("push")).dialog
                # Nothing gets through to the chats: what was promised is still to be done when the process dies.
                microsoft.connector.fail_with(503, on="send", times=1000)
                assert (await jane.submits(form, secret=SECRET, recipients=OMAR)).ok
                await first.kill()
            if lease_is_over:
                await let_leases_end(server.url)
            microsoft.connector.faults.ordered.clear()
            async with running(microsoft, settings) as second, Reader(second.url) as reader:
                invitation = await microsoft.until(lambda: omar.latest("Jane Miller sent you a secret."), within=60.0)
                await microsoft.until(lambda: jane.latest("Waiting"), within=60.0)
                (url,) = links_in((await omar.presses(invitation, "Open")).card)
                assert await reader.read(url) == SECRET
                await microsoft.until(lambda: jane.latest("Opened by Omar Haddad"), within=20.0)
