"""Did Slack send this?

Slack signs `v0:<timestamp>:<body>` with HMAC-SHA-256 (docs.slack.dev, "Verifying requests from
Slack"). Judged on the bytes as they came, before anything parses them.
"""

import hmac

WINDOW_SECONDS = 300


def is_signed(secret: str, timestamp: str, signature: str, body: bytes, now_seconds: float) -> bool:
    """Whether `signature` is Slack's for `body`, and not older or newer than five minutes."""
    # isdecimal alone lets other scripts' digits pass, and int() of a very long number is slow: ASCII, at most 12.
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return False
    if abs(now_seconds - int(timestamp)) > WINDOW_SECONDS:
        return False
    expected = "v0=" + hmac.digest(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, "sha256").hex()
    # Compared as bytes: compare_digest raises on a str that is not ASCII.
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogateescape"))
