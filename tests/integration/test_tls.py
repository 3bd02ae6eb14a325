"""TLS to the store: who it is gets checked, whichever way the servers are found. Needs a server that speaks it: Debian's."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from adapters.redis_store.connect import check_address, connect, trouble
from core.errors import StoreUnavailable
from core.keyring import KeyRing
from tests.integration.acts import every_act
from tests.integration.certificates import Certificates, make_certificates
from tests.servers import Server, folder
from tests.topologies import Cluster, Sentinels


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("tls"), "ours")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("tls"), "theirs")


def tls_of(certificates: Certificates, *, clients: str = "no") -> dict[str, str]:
    files = {"tls_cert_file": certificates.certificate, "tls_key_file": certificates.key, "tls_ca_cert_file": certificates.ca}
    return {name: str(path) for name, path in files.items()} | {"tls_port": "any", "tls_auth_clients": clients}


@pytest.fixture(scope="module")
def server(debian_redis: Path, ours: Certificates) -> Iterator[Server]:
    with folder() as at, Server(at, binary=debian_redis, **tls_of(ours)) as running:
        yield running


def url_of(server: Server, *, host: str = "127.0.0.1", **options: object) -> str:
    return f"rediss://{host}:{server.ports[0]}/0?{urlencode(options)}"


async def is_reached(url: str) -> None:
    check_address(url)
    client = connect(url)
    try:
        async with trouble(client):
            assert await client.set("pushpw:k", "v", px=1000)
    finally:
        await client.aclose()


async def test_every_act_works_by_tls(server: Server, ours: Certificates, ring: KeyRing):
    client = connect(url_of(server, ssl_ca_certs=ours.ca), timeout=20)
    await every_act(client, ring)
    await client.aclose()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_server_whose_name_is_in_its_certificate_is_reached(server: Server, ours: Certificates, host: str):
    await is_reached(url_of(server, host=host, ssl_ca_certs=ours.ca))


async def test_a_server_of_another_authority_is_refused(server: Server, theirs: Certificates):
    for options in ({"ssl_ca_certs": theirs.ca}, {}):  # {}: those that the machine trusts
        with pytest.raises(StoreUnavailable) as raised:
            await is_reached(url_of(server, **options))
        assert "certificate verify failed" in str(raised.value.__cause__)


async def test_a_server_by_another_name_is_refused_unless_the_operator_says_so(server: Server, ours: Certificates):
    other = "127.0.0.2"  # where it listens too, but its certificate does not say so
    with folder() as at, Server(at, binary=server._binary, **(tls_of(ours) | {"bind": "127.0.0.1 127.0.0.2"})) as elsewhere:
        with pytest.raises(StoreUnavailable) as raised:
            await is_reached(url_of(elsewhere, host=other, ssl_ca_certs=ours.ca))
        assert "not valid for" in str(raised.value.__cause__)
        await is_reached(url_of(elsewhere, host=other, ssl_ca_certs=ours.ca, ssl_check_hostname="no"))


async def test_a_server_that_wants_a_client_certificate_gets_one(debian_redis: Path, ours: Certificates, theirs: Certificates):
    with folder() as at, Server(at, binary=debian_redis, **tls_of(ours, clients="yes")) as strict:
        await is_reached(url_of(strict, ssl_ca_certs=ours.ca, ssl_certfile=ours.certificate, ssl_keyfile=ours.key))
        for options in ({}, {"ssl_certfile": theirs.certificate, "ssl_keyfile": theirs.key}):
            with pytest.raises(StoreUnavailable):
                await is_reached(url_of(strict, ssl_ca_certs=ours.ca, **options))


async def serves_who_trusts_it(trusting: str, strange: str, ring: KeyRing) -> None:
    """Every act works by the one address, and nothing by the other, whose authorities are not the servers'."""
    client = connect(trusting, timeout=20)
    await every_act(client, ring)
    await client.aclose()
    client = connect(strange)
    with pytest.raises(StoreUnavailable):
        async with trouble(client):
            await client.get("k")
    await client.aclose()


@pytest.mark.long
async def test_a_cluster_is_spoken_to_by_tls_alone(debian_redis: Path, ours: Certificates, ring: KeyRing):
    with folder() as at, Cluster(at, masters=1, replicas=0, binary=debian_redis, **tls_of(ours), tls_cluster="yes") as cluster:
        place = f"127.0.0.1:{cluster.servers[0].ports[0]}"
        address = f"rediss+cluster://{place}"
        await serves_who_trusts_it(f"{address}?{urlencode({'ssl_ca_certs': ours.ca})}", address, ring)


async def test_sentinels_and_their_master_are_spoken_to_by_tls(debian_redis: Path, ours: Certificates, theirs: Certificates, ring: KeyRing):
    with folder() as at, Sentinels(at, replicas=0, sentinels=1, binary=debian_redis, **tls_of(ours), tls_replication="yes") as running:
        place = f"127.0.0.1:{running.sentinels[0].ports[0]}/{Sentinels.SERVICE}"
        trusting, strange = (f"rediss+sentinel://{place}?{urlencode({'ssl_ca_certs': one.ca})}" for one in (ours, theirs))
        await serves_who_trusts_it(trusting, strange, ring)


@pytest.mark.parametrize("scheme", ["rediss://h", "rediss+cluster://h", "rediss+sentinel://h/s"])
def test_files_of_tls_that_are_no_use_are_found_before_anybody_connects(scheme: str, ours: Certificates, theirs: Certificates):
    check_address(f"{scheme}?{urlencode({'ssl_ca_certs': ours.ca, 'ssl_certfile': ours.certificate, 'ssl_keyfile': ours.key})}")
    for options in (
        {"ssl_ca_certs": "/nowhere/c4nary.pem"},
        {"ssl_ca_certs": ours.key},
        {"ssl_certfile": ours.certificate, "ssl_keyfile": theirs.key},
        {"ssl_cert_reqs": "c4nary"},
    ):
        with pytest.raises(ValueError) as refused:
            check_address(f"{scheme}?{urlencode(options)}")
        assert "c4nary" not in str(refused.value)


def test_certificates_are_asked_for_and_checked_unless_the_operator_says_otherwise():
    client = connect("rediss://h")
    context = client.connection_pool.connection_class(**client.connection_pool.connection_kwargs).ssl_context
    assert (context.cert_reqs, context.check_hostname) == (ssl.CERT_REQUIRED, True)
