"""With what does a call of ours say who we are? A token of Microsoft's, asked for once and kept until shortly before its end.

The OAuth 2.0 client credentials flow, by a client secret or by a certificate
(https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import aiohttp
import jwt
import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from adapters.teams.asking import Said, ask
from adapters.teams.flight import Flight
from core.errors import Undeliverable, Unreachable
from core.ports import Clock, RandomBytes

SCOPE = "https://api.botframework.com/.default"
MANY_TENANTS = "botframework.com"
"""Where the token of an app for many tenants comes from."""
EARLY_SECONDS = 300
_ASSERTION_SECONDS = 600
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MAY_PASS = frozenset({408, 429})
_SERVER_ERROR = 500

log = structlog.get_logger(__name__)


class Credential(Protocol):
    """What proves that we are the app."""

    def proof(self, app_id: str, endpoint: str, clock: Clock, random: RandomBytes) -> dict[str, str]:
        """The fields of the token request that prove it."""


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A secret that both sides know."""

    secret: str = field(repr=False)

    def proof(self, app_id: str, endpoint: str, clock: Clock, random: RandomBytes) -> dict[str, str]:
        return {"client_secret": self.secret}


@dataclass(frozen=True, slots=True)
class Certificate:
    """A private key whose certificate Microsoft knows. The key itself is never sent."""

    key: RSAPrivateKey = field(repr=False)
    thumbprint: str

    @classmethod
    def from_pem(cls, pem: str) -> Self:
        """Key and certificate, in either order. Raises ValueError, which repeats nothing of it."""
        try:
            key = load_pem_private_key(pem.encode(), None)
            certificate = x509.load_pem_x509_certificate(pem.encode())
        except (ValueError, TypeError):  # TypeError: the key wants a password
            raise ValueError("no PEM of an unlocked key and its certificate") from None
        if not isinstance(key, RSAPrivateKey) or key.public_key() != certificate.public_key():
            raise ValueError("the key is not RSA, or not the certificate's")
        return cls(key, urlsafe_b64encode(certificate.fingerprint(SHA256())).rstrip(b"=").decode())

    def proof(self, app_id: str, endpoint: str, clock: Clock, random: RandomBytes) -> dict[str, str]:
        """An assertion for this request alone (https://learn.microsoft.com/entra/identity-platform/certificate-credentials)."""
        now = clock() // 1000
        claims = {"aud": endpoint, "iss": app_id, "sub": app_id, "jti": random(16).hex(), "nbf": now, "exp": now + _ASSERTION_SECONDS}
        assertion = jwt.encode(claims, self.key, algorithm="PS256", headers={"x5t#S256": self.thumbprint})
        return {"client_assertion_type": _ASSERTION_TYPE, "client_assertion": assertion}


class TokenSource(Protocol):
    """Where the connector gets its token from."""

    async def token(self) -> str:
        """One that is good for some minutes yet; empty: none is needed. Raises Undeliverable."""

    def spoil(self, token: str) -> None:
        """It was not taken: do not give it out again."""


class Tokens:
    """Microsoft's login service. However many need a token at once, one is asked for."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        app_id: str,
        credential: Credential,
        login_url: str,
        tenant: str = MANY_TENANTS,
        clock: Clock,
        random: RandomBytes,
    ) -> None:
        """`login_url` ends in a slash; `tenant` is the one the app is registered in, where it is for that one alone."""
        self._session = session
        self._app_id = app_id
        self._credential = credential
        self._endpoint = f"{login_url}{tenant or MANY_TENANTS}/oauth2/v2.0/token"
        self._clock = clock
        self._random = random
        self._token = ""
        self._good_until = 0
        self._flight = Flight(self._fetch)

    async def token(self) -> str:
        """Raises Undeliverable when Microsoft does not know us, Unreachable when it does not answer."""
        if self._token and self._clock() < self._good_until:
            return self._token
        return await self._flight.share()

    def spoil(self, token: str) -> None:
        if token == self._token:  # somebody else may have renewed it meanwhile
            self._token = ""

    async def _fetch(self) -> str:
        asked_at = self._clock()
        proof = self._credential.proof(self._app_id, self._endpoint, self._clock, self._random)
        fields = {"grant_type": "client_credentials", "client_id": self._app_id, "scope": SCOPE, **proof}
        try:
            said = await ask(self._session, "POST", self._endpoint, data=fields)
        except Unreachable:
            log.warning("teams_token_not_given", code="no_answer")
            raise
        token, seconds = said.body.get("access_token"), _whole(said.body.get("expires_in"))
        if said.status != 200 or not isinstance(token, str) or not token:
            raise _refusal(said)
        self._token, self._good_until = token, asked_at + (seconds - EARLY_SECONDS) * 1000
        return token


class NoTokens:
    """For the Agents Playground on this machine, which looks at none."""

    async def token(self) -> str:
        return ""

    def spoil(self, token: str) -> None:
        return


def _refusal(said: Said) -> Undeliverable:
    # Microsoft's numbers say what is wrong with the registration; its sentences repeat what was sent.
    codes = _numbers(said.body)
    log.warning("teams_token_not_given", status=said.status, codes=codes)
    passing = said.status in _MAY_PASS or said.status >= _SERVER_ERROR
    return Unreachable("no_token") if passing else Undeliverable(f"AADSTS{codes[0]}" if codes else "token_refused")


def _numbers(body: Mapping[str, Any]) -> list[int]:
    found = body.get("error_codes")
    return [code for code in found if isinstance(code, int)][:5] if isinstance(found, list) else []


def _whole(said: object) -> int:
    try:
        return int(said) if isinstance(said, int | str) else 0
    except ValueError:
        return 0
