"""Each contract is played on both stages."""

import os
from collections.abc import AsyncIterator

import pytest

from tests.contract.stages import FakeStage, RealStage, Stage, keys_without_ttl


@pytest.fixture(params=["fake", "real"])
def stage(request: pytest.FixtureRequest) -> Stage:
    if request.param == "fake":
        return FakeStage()
    redis, ring, prefix = (request.getfixturevalue(name) for name in ("redis", "ring", "prefix"))
    return RealStage(redis, ring, prefix, os.urandom)


@pytest.fixture(autouse=True)
async def _nothing_stays_for_ever(stage: Stage) -> AsyncIterator[None]:
    yield
    if isinstance(stage, RealStage):
        assert await keys_without_ttl(stage.redis, stage.prefix) == []
