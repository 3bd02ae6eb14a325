"""No sockets here: what needs one is no test of core alone."""

import pytest
from pytest_socket import disable_socket, enable_socket


@pytest.fixture(autouse=True)
def _no_sockets():
    # Unix sockets stay: asyncio's own event loop wakes itself through a pair of them.
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()
