import hashlib
import hmac

import pytest

from adapters.slack.signature import is_signed

SECRET = "a signing secret of the tests"
NOW = 1_800_000_000.0
BODY = b"command=%2Fpushpw&text="


def signature(timestamp: str, body: bytes = BODY, secret: str = SECRET) -> str:
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("off", [0, 299, -299])
def test_slacks_own_signature_is_taken_within_five_minutes(off: int) -> None:
    timestamp = str(int(NOW) + off)
    assert is_signed(SECRET, timestamp, signature(timestamp), BODY, NOW)


@pytest.mark.parametrize(
    "timestamp", [str(int(NOW) - 301), str(int(NOW) + 301), "", "abc", "1e9", "-1", "9" * 5000, "\uff11\uff18", "\u0663", " 1800000000"]
)
def test_a_timestamp_that_is_old_or_no_number_is_refused(timestamp: str) -> None:
    assert not is_signed(SECRET, timestamp, signature(timestamp), BODY, NOW)


@pytest.mark.parametrize(
    "given", ["", "v0=", "v0=ü", "v0=\udcff", signature(str(int(NOW)), secret="another"), signature(str(int(NOW)))[:-1]]
)
def test_another_signature_is_refused(given: str) -> None:
    assert not is_signed(SECRET, str(int(NOW)), given, BODY, NOW)


def test_a_changed_body_is_refused() -> None:
    assert not is_signed(SECRET, str(int(NOW)), signature(str(int(NOW))), BODY + b"x", NOW)
