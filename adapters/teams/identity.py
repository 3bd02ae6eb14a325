"""Did Microsoft's connector send this? The token beside each activity, and the keys that such tokens are signed with.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication, "Authenticate
requests from the Bot Connector service to your bot". Tokens of the emulator and of other bots are not taken.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal, Protocol

import aiohttp
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.types import Options

from adapters.teams.asking import ask
from adapters.teams.flight import Flight
from adapters.teams.gestures import Payload
from adapters.teams.service_urls import is_loopback
from core.errors import Unreachable
from core.ports import Clock

ISSUER = "https://api.botframework.com"
ALGORITHM = "RS256"
LEEWAY_SECONDS = 300
KEYS_FRESH_SECONDS, KEYS_STALE_SECONDS = 6 * 3600, 24 * 3600
"""After the first they are read anew, and used on meanwhile; after the second they are good for nothing."""
KEYS_AGAIN_SECONDS, KEYS_RETRY_SECONDS = 30, 5
"""After a reading that found no such key, and after one that failed: strangers can make us do no more."""
_UNSIGNED_SECONDS = 600.0
_PROVED_MOST = 256
_OPTIONS: Options = {
    "require": ["exp", "nbf", "iss", "aud"],
    "strict_aud": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}

log = structlog.get_logger(__name__)

Reason = Literal[
    "no_token",
    "two_tokens",
    "no_bearer",
    "malformed",
    "algorithm",
    "unnamed_key",
    "unknown_key",
    "signature",
    "issuer",
    "audience",
    "expired",
    "not_yet",
    "claim_missing",
    "service_url",
    "channel",
]

_REASONS: Mapping[type[Exception], Reason] = {
    jwt.InvalidSignatureError: "signature",
    jwt.InvalidAlgorithmError: "algorithm",
    jwt.InvalidIssuerError: "issuer",
    jwt.InvalidAudienceError: "audience",
    jwt.MissingRequiredClaimError: "claim_missing",
}
_BROKEN = (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
"""What parsing somebody's bytes may end in; each of them means that this is no token of Microsoft's."""


class NotVouched(Exception):
    """Nobody vouches for this request. `reason` is a constant word for the log: nothing of the token is repeated."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Voucher:
    """What a good token says. `seconds`: for how long it may yet be shown, so for how long a replay would have to be known."""

    service_url: str | None
    endorsements: frozenset[str]
    seconds: float

    def refusal(self, payload: Payload) -> Reason | None:
        """Why the token does not cover this activity; None when it does. The token says nothing of the rest of the body."""
        if self.service_url is None:
            return None
        channel = payload.get("channelId")
        if not isinstance(channel, str) or channel not in self.endorsements:
            return "channel"
        return None if payload.get("serviceUrl") == self.service_url else "service_url"


class Identity(Protocol):
    """Who vouches for what comes in."""

    async def check(self, authorization: Sequence[str]) -> Voucher:
        """Of all Authorization headers. Raises NotVouched; Unreachable when it cannot be said just now."""


class Unsigned:
    """Anybody on this machine: the Agents Playground sends no token. The settings allow this for a service that only this machine reaches."""

    async def check(self, authorization: Sequence[str]) -> Voucher:
        return Voucher(None, frozenset(), _UNSIGNED_SECONDS)


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the connector's, and the channels it may speak for."""

    public: RSAPublicKey = field(repr=False)
    endorsements: frozenset[str]


class Keys:
    """The connector's keys, by their names. They are read when they are needed, by one at a time, and never block anybody else."""

    def __init__(self, session: aiohttp.ClientSession, *, openid_url: str, clock: Clock) -> None:
        self._session = session
        self._openid_url = openid_url
        self._clock = clock
        self._known: dict[str, Key] = {}
        self._read_at: int | None = None
        self._next_reading = 0
        self._flight = Flight(self._read)

    async def find(self, name: str) -> Key | None:
        """The key, or None: there is none of this name. Raises Unreachable when no keys are to be had."""
        key = self._known.get(name) if self._is_within(KEYS_STALE_SECONDS) else None
        if key is not None and self._is_within(KEYS_FRESH_SECONDS):
            return key
        if self._flight.is_under_way or self._clock() >= self._next_reading:
            if key is not None:
                self._flight.begin()
                return key  # good for some hours yet: nobody waits
            with suppress(Unreachable):  # perhaps the keys of before are still good enough to say that this one is none of them
                await self._flight.share()
                if name not in self._known:
                    self._next_reading = self._clock() + KEYS_AGAIN_SECONDS * 1000
        if not self._is_within(KEYS_STALE_SECONDS):
            raise Unreachable("no_keys")
        return self._known.get(name)

    def _is_within(self, seconds: int) -> bool:
        return self._read_at is not None and self._clock() - self._read_at < seconds * 1000

    async def _read(self) -> None:
        self._next_reading = self._clock() + KEYS_RETRY_SECONDS * 1000
        try:
            where = (await self._ask(self._openid_url)).get("jwks_uri")
            if not isinstance(where, str) or not self._is_theirs(where):
                raise Unreachable("no_keys")
            known = dict(found for jwk in _listed(await self._ask(where)) if (found := _key_of(jwk)) is not None)
            if not known:
                raise Unreachable("no_keys")
        except Unreachable:
            log.warning("teams_keys_not_read")
            raise
        self._known, self._read_at = known, self._clock()
        self._next_reading = self._read_at

    async def _ask(self, url: str) -> Mapping[str, Any]:
        said = await ask(self._session, "GET", url)
        if said.status != 200:
            raise Unreachable("no_keys")
        return said.body

    def _is_theirs(self, url: str) -> bool:
        """Only a double, which is on this machine, may have its keys on this machine; and only in the clear there."""
        return is_loopback(url) if is_loopback(self._openid_url) else url.startswith("https://")


def _listed(body: Mapping[str, Any]) -> list[Any]:
    found = body.get("keys")
    return found if isinstance(found, list) else []


def _key_of(jwk: Any) -> tuple[str, Key] | None:
    """Name and key; None for what is no RSA key for signatures. A key without endorsements may speak for no channel."""
    try:
        if jwk.get("alg", ALGORITHM) != ALGORITHM or jwk.get("use", "sig") != "sig":
            return None
        public = jwt.PyJWK(jwk, algorithm=ALGORITHM).key
        name, endorsed = jwk["kid"], jwk.get("endorsements") or []
        if not isinstance(public, RSAPublicKey) or not isinstance(name, str) or not isinstance(endorsed, list):
            return None
        return name, Key(public, frozenset(channel for channel in endorsed if isinstance(channel, str)))
    except _BROKEN:
        return None


@dataclass(frozen=True, slots=True)
class _Proof:
    """A token's claims, and the key that has signed them."""

    name: str
    key: Key
    claims: Mapping[str, Any] = field(repr=False)


class Signed:
    """Microsoft's connector, by its tokens for our app.

    It shows the same token for an hour. What was proved of one is kept under the token's hash, and is good for as long as the key
    that proved it is known by its name, and the token's own times allow.
    """

    def __init__(self, keys: Keys, *, app_id: str, clock: Clock) -> None:
        self._keys = keys
        self._app_id = app_id
        self._clock = clock
        self._proved: OrderedDict[bytes, _Proof] = OrderedDict()

    async def check(self, authorization: Sequence[str]) -> Voucher:
        token = _token_in(authorization)
        digest = sha256(token.encode("utf-8", "surrogateescape")).digest()
        proof = self._proved.get(digest)
        name = proof.name if proof else _name_of_key(token)
        key = await self._keys.find(name)
        if key is None:
            raise NotVouched("unknown_key")
        if proof is None or proof.key is not key:
            proof = _Proof(name, key, self._claims(token, key))
            self._keep(digest, proof)
        claims = proof.claims
        seconds = self._seconds_left(claims)
        url = claims.get("serviceurl")
        if not isinstance(url, str) or not url:
            raise NotVouched("service_url")
        return Voucher(url, key.endorsements, seconds)

    def _keep(self, digest: bytes, proof: "_Proof") -> None:
        self._proved[digest] = proof
        while len(self._proved) > _PROVED_MOST:
            self._proved.popitem(last=False)

    def _claims(self, token: str, key: Key) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key.public,
                algorithms=[ALGORITHM],
                audience=self._app_id,
                issuer=ISSUER,
                options=_OPTIONS,
            )
        except _BROKEN as problem:
            raise NotVouched(_REASONS.get(type(problem), "malformed")) from None

    def _seconds_left(self, claims: Mapping[str, Any]) -> float:
        """By our own clock: the library knows no other than the system's."""
        now, begin, end = self._clock() / 1000, claims["nbf"], claims["exp"]
        if type(begin) is not int or type(end) is not int:
            raise NotVouched("malformed")
        if begin > now + LEEWAY_SECONDS:
            raise NotVouched("not_yet")
        if end + LEEWAY_SECONDS <= now:
            raise NotVouched("expired")
        return end + LEEWAY_SECONDS - now


def _token_in(authorization: Sequence[str]) -> str:
    if not authorization:
        raise NotVouched("no_token")
    if len(authorization) > 1:
        raise NotVouched("two_tokens")
    scheme, _, token = authorization[0].partition(" ")
    if scheme != "Bearer":
        raise NotVouched("no_bearer")
    return token


def _name_of_key(token: str) -> str:
    """What the token says its key is called. Nothing else of its unproved header is used: no key, and no address of one."""
    try:
        header = jwt.get_unverified_header(token)
    except _BROKEN:
        raise NotVouched("malformed") from None
    if header.get("alg") != ALGORITHM:
        raise NotVouched("algorithm")
    name = header.get("kid")
    if not isinstance(name, str) or not name:
        raise NotVouched("unnamed_key")
    return name
