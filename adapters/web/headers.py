"""Which headers go with every answer?

The tables are PROMISES made to readers: a page that can run nothing but our own script, is framed
by nobody, leaves no referrer and is kept by no cache. tests/browser/test_doors.py holds the
running door to them, letter by letter.
"""

from types import MappingProxyType

_PAGE_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
_UPGRADE = "upgrade-insecure-requests"
_ANSWER_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
_FOREVER = "public, max-age=31536000, immutable"

_EVERYWHERE = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Robots-Tag": "noindex, nofollow, noarchive, nosnippet, noimageindex",
    }
)
_PAGE = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Origin-Agent-Cluster": "?1",
        "X-DNS-Prefetch-Control": "off",
        "Permissions-Policy": (
            "accelerometer=(), camera=(), clipboard-read=(), clipboard-write=(self), display-capture=(), "
            "geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"
        ),
    }
)


def page_headers(*, https: bool, hsts: str) -> dict[str, str]:
    """Headers of every HTML answer. `hsts` is Strict-Transport-Security's value, sent over https only."""
    policy = "; ".join((*_PAGE_POLICY, _UPGRADE) if https else _PAGE_POLICY)
    return {"Content-Security-Policy": policy, **_transport(https, hsts), **_EVERYWHERE, **_PAGE}


def answer_headers(*, https: bool, hsts: str) -> dict[str, str]:
    """Headers of every answer that a script reads, and of refusals."""
    return {"Content-Security-Policy": _ANSWER_POLICY, **_transport(https, hsts), **_EVERYWHERE, "Cache-Control": "no-store"}


def asset_headers(*, https: bool, hsts: str) -> dict[str, str]:
    """Headers of static files: their names change with their bytes, so they may be kept for ever."""
    return {**answer_headers(https=https, hsts=hsts), "Cache-Control": _FOREVER}


def _transport(https: bool, hsts: str) -> dict[str, str]:
    # Over plain http (loopback only) a browser must not be told to come back by https.
    return {"Strict-Transport-Security": hsts} if https and hsts else {}
