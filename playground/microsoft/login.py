"""How does a bot get a token? The login endpoint: client credentials, by secret or by certificate.

learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

import asyncio
import base64
import json
import secrets
from collections.abc import Callable, Mapping

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from playground.microsoft.refusals import Json

SCOPE = "https://api.botframework.com/.default"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Login:
    """Gives tokens, and knows which it gave. `now` gives seconds since 1970."""

    def __init__(self, app_id: str, secret: str, now: Callable[[], float]) -> None:
        self.app_id = app_id
        self._secret = secret
        self._now = now
        self.url = ""
        self.calls = 0
        self.lifetime = 3599
        """Seconds that a token lives."""
        self.slowness = 0.0
        """Seconds that each answer takes."""
        self.failures: list[int] = []
        """The statuses of the next answers, before it works again."""
        self.certificate: rsa.RSAPublicKey | None = None
        """The key that an assertion must be signed with."""
        self.authorities = {"botframework.com"}
        """The tenants whose endpoint the bot may use."""
        self._expiries: dict[str, float] = {}

    def is_good(self, token: str) -> bool:
        return self._expiries.get(token, 0.0) > self._now()

    def expire_all(self) -> None:
        """No token given so far works from now on."""
        self._expiries.clear()

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/{tenant}/oauth2/v2.0/token", self._token)]

    async def _token(self, request: web.Request) -> web.Response:
        self.calls += 1
        said = {key: str(value) for key, value in (await request.post()).items()}
        if self.slowness:
            await asyncio.sleep(self.slowness)
        if self.failures:
            return web.json_response(_error("temporarily_unavailable", 90033), status=self.failures.pop(0))
        if fault := self._fault(request.match_info["tenant"], said):
            return web.json_response(fault, status=401 if fault["error"] == "invalid_client" else 400)
        token = secrets.token_urlsafe(64)
        self._expiries[token] = self._now() + self.lifetime
        times = {"expires_in": self.lifetime, "ext_expires_in": self.lifetime}
        return web.json_response({"token_type": "Bearer", "access_token": token, **times})

    def _fault(self, tenant: str, said: Mapping[str, str]) -> Json | None:
        if tenant not in self.authorities:
            return _error("invalid_request", 90002)
        if said.get("grant_type") != "client_credentials":
            return _error("unsupported_grant_type", 70003)
        if said.get("client_id") != self.app_id:
            return _error("unauthorized_client", 700016)
        if said.get("scope") != SCOPE:
            return _error("invalid_scope", 70011)
        if "client_assertion" in said:
            sound = said.get("client_assertion_type") == ASSERTION and self._is_sound(said["client_assertion"], tenant)
            return None if sound else _error("invalid_client", 700027)
        return None if secrets.compare_digest(said.get("client_secret", ""), self._secret) else _error("invalid_client", 7000215)

    def _is_sound(self, assertion: str, tenant: str) -> bool:
        """Signed with the certificate's key, for this endpoint, and not old."""
        try:
            head, body, signature = assertion.split(".")
            header, claims = json.loads(_decoded(head)), json.loads(_decoded(body))
            self._verify(header.get("alg"), f"{head}.{body}".encode(), _decoded(signature))
        except (ValueError, InvalidSignature):
            return False
        mine = claims.get("iss") == claims.get("sub") == self.app_id and bool(claims.get("jti"))
        named = bool(header.get("x5t") or header.get("x5t#S256"))
        meant = str(claims.get("aud", "")).endswith(f"/{tenant}/oauth2/v2.0/token")
        return mine and named and meant and claims.get("exp", 0) > self._now() >= claims.get("nbf", 0) - 300

    def _verify(self, algorithm: str, said: bytes, signature: bytes) -> None:
        if self.certificate is None or algorithm not in ("RS256", "PS256"):
            raise InvalidSignature
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        self.certificate.verify(signature, said, pss if algorithm == "PS256" else padding.PKCS1v15(), hashes.SHA256())


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _error(name: str, number: int) -> Json:
    ids = {"trace_id": secrets.token_hex(16), "correlation_id": secrets.token_hex(16)}
    return {"error": name, "error_description": f"AADSTS{number}: {name}.", "error_codes": [number], **ids}
