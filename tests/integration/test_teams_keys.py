"""Keys change, go away and come back, and nobody waits longer than he must."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.teams.identity import KEYS_AGAIN_SECONDS, KEYS_FRESH_SECONDS, KEYS_RETRY_SECONDS, KEYS_STALE_SECONDS
from playground.microsoft.identity import Key, new_key
from tests.integration.teams_door import Scene, open_scene

STRANGER = new_key("msteams")


async def status(scene: Scene, token: str | None = None) -> int:
    return (await scene.send(scene.said(), token))[0]


def readings(scene: Scene) -> int:
    return scene.microsoft.identity.key_calls


async def test_keys_are_read_once_for_many_requests_at_once() -> None:
    async with open_scene() as scene:
        assert await asyncio.gather(*(status(scene) for _ in range(30))) == [200] * 30
        assert (scene.microsoft.identity.metadata_calls, readings(scene)) == (1, 1)


async def test_a_rotated_key_is_good_at_once_and_the_old_one_until_it_is_taken_away() -> None:
    async with open_scene() as scene:
        old = scene.token()
        assert await status(scene, old) == 200
        scene.microsoft.identity.rotate()
        assert await asyncio.gather(*(status(scene) for _ in range(10))) == [200] * 10
        assert readings(scene) == 2
        assert await status(scene, old) == 200
        scene.microsoft.identity.rotate(keep_old=False)
        assert await status(scene) == 200
        assert await status(scene, old) == 401


async def test_a_token_that_was_good_is_looked_at_again_when_another_key_has_taken_the_name() -> None:
    async with open_scene() as scene:
        token, name = scene.token(), scene.microsoft.identity.key.kid
        assert [await status(scene, token) for _ in range(3)] == [200] * 3
        scene.microsoft.identity.keys = [Key(name, STRANGER.private, ("msteams",))]
        scene.clock.advance(KEYS_STALE_SECONDS // 24 * 1000)
        assert await status(scene, token) == 200  # nobody has read the keys since
        scene.clock.advance(10 * 1000)
        unknown = Key("another", STRANGER.private, ("msteams",))
        assert await status(scene, scene.microsoft.identity.token(scene.microsoft.identity.claims(scene.url), key=unknown)) == 401
        assert await status(scene, token) == 401


async def test_strangers_cannot_make_us_read_the_keys_again_and_again() -> None:
    async with open_scene() as scene:
        assert await status(scene) == 200
        stranger = scene.microsoft.identity.token(scene.microsoft.identity.claims(scene.url), key=STRANGER)
        for _ in range(5):
            assert await asyncio.gather(*(status(scene, stranger) for _ in range(5))) == [401] * 5
        assert readings(scene) == 2
        scene.clock.advance(KEYS_AGAIN_SECONDS * 1000)
        assert await asyncio.gather(*(status(scene, stranger) for _ in range(5))) == [401] * 5
        assert readings(scene) == 3


async def test_keys_that_cannot_be_had_are_no_verdict_and_are_asked_for_again() -> None:
    async with open_scene() as scene:
        scene.microsoft.identity.fails = True
        assert await status(scene) == 503
        assert await status(scene) == 503
        assert scene.microsoft.identity.metadata_calls == 1
        scene.microsoft.identity.fails = False
        scene.clock.advance(KEYS_RETRY_SECONDS * 1000)
        assert await status(scene) == 200
        assert len(scene.heard) == 1


async def test_known_keys_outlive_a_bad_hour_and_not_a_bad_day() -> None:
    async with open_scene() as scene:
        assert await status(scene) == 200
        scene.microsoft.identity.fails = True
        scene.clock.advance(KEYS_FRESH_SECONDS * 1000)
        assert await status(scene) == 200
        scene.clock.advance((KEYS_STALE_SECONDS - KEYS_FRESH_SECONDS) * 1000)
        assert await status(scene) == 503


async def test_keys_are_read_anew_before_they_are_old_and_nobody_waits_for_it() -> None:
    async with open_scene() as scene:
        old = scene.microsoft.identity.key
        assert await status(scene) == 200
        scene.microsoft.identity.rotate(keep_old=False)
        scene.clock.advance(KEYS_FRESH_SECONDS * 1000)
        token = scene.microsoft.identity.token(scene.microsoft.identity.claims(scene.url), key=old)
        assert await status(scene, token) == 200
        async with asyncio.timeout(5):
            while await status(scene, token) != 401:  # its key is gone as soon as the reading is through
                await asyncio.sleep(0.01)
        assert readings(scene) == 3  # and one for the sake of a key that is unknown now


@pytest.mark.parametrize("endorsements", [(), ("webchat",), ("webchat", "directline"), ("MSTEAMS",), ("msteams ",), ("",)], ids=str)
async def test_a_key_that_may_not_speak_for_teams_does_not(endorsements: tuple[str, ...]) -> None:
    async with open_scene() as scene:
        scene.microsoft.identity.keys = [Key("k", STRANGER.private, endorsements)]
        with capture_logs() as logs:
            assert await status(scene) == 403
        assert [each["reason"] for each in logs if each["event"] == "teams_activity_not_let_in"] == ["channel"]


class Odd(Key):
    """A key whose entry in the key set is not as it should be."""

    changes: dict[str, Any]

    def jwk(self) -> dict[str, Any]:
        return super().jwk() | type(self).changes


@pytest.mark.parametrize(
    "changes",
    [
        {"endorsements": "msteams"},
        {"kid": 7},
        {"kty": "EC"},
        {"kty": "oct", "k": "AAAA"},
        {"n": ""},
        {"n": None},
        {"e": "!"},
        {"alg": "HS256"},
        {"use": "enc"},
    ],
    ids=str,
)
async def test_a_key_that_is_none_of_ours_to_use_is_passed_over(changes: dict[str, Any]) -> None:
    async with open_scene() as scene:
        sound = scene.microsoft.identity.key
        odd = type("Odd", (Odd,), {"changes": changes})("odd", STRANGER.private, ("msteams",))
        scene.microsoft.identity.keys = [odd, sound]
        assert await status(scene) == 200
        token = scene.microsoft.identity.token(scene.microsoft.identity.claims(scene.url), key=odd)
        assert await status(scene, token) in (401, 403)


async def test_five_minutes_between_two_clocks_do_no_harm() -> None:
    async with open_scene() as scene:
        now = scene.clock() // 1000
        assert await status(scene, scene.token(exp=now - 299)) == 200
        assert await status(scene, scene.token(nbf=now + 300)) == 200
