"""Each contract is played on every stage: a fake, and real servers of each kind that we speak to."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.redis_store.connect import connect
from core.keyring import KeyRing
from tests.contract.stages import FakeStage, RealStage, Stage, keys_without_ttl
from tests.servers import Server, folder
from tests.topologies import Cluster, Sentinels


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "stage" not in metafunc.fixturenames:
        return
    long = [pytest.mark.long]
    judges = metafunc.module.__name__.endswith(
        ("push_store", "push_store_wishes")
    )  # the scripts that matter most run on the oldest server each time
    stages = ["fake", "server", pytest.param("oldest", marks=[] if judges else long)]
    metafunc.parametrize("stage", [*stages, pytest.param("sentinel", marks=long), pytest.param("cluster", marks=long)], indirect=True)


@pytest.fixture(scope="session")
def oldest_url(debian_redis: Path) -> Iterator[str]:
    with folder() as at, Server(at, binary=debian_redis) as server:
        yield server.url


@pytest.fixture(scope="session")
def sentinel_url() -> Iterator[str]:
    with folder() as at, Sentinels(at) as sentinels:
        yield sentinels.url


@pytest.fixture(scope="session")
def cluster_url() -> Iterator[str]:
    with folder() as at, Cluster(at) as cluster:
        yield cluster.url


@pytest.fixture
async def stage(request: pytest.FixtureRequest, ring: KeyRing, prefix: str) -> AsyncIterator[Stage]:
    if request.param == "fake":
        yield FakeStage()
        return
    url = request.getfixturevalue({"server": "store_url"}.get(request.param, f"{request.param}_url"))
    client = connect(url, timeout=20)
    yield RealStage(client, ring, prefix, os.urandom)
    assert await keys_without_ttl(client, prefix) == []
    await client.aclose()
