"""Which values may a setting have? Each check gives the value as it is used, or says what to do instead.

A value that is a published default or an example is refused. Nothing of a secret's value is ever part of a fault's text.
"""

import re
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, SecretStr
from pydantic_core import PydanticCustomError

from adapters.redis_store.connect import check_address
from adapters.teams.package.manifest import PLACEHOLDER_ID
from adapters.teams.service_urls import LOOPBACK, is_loopback
from adapters.teams.tokens import Certificate
from core.address import domain_in
from core.link import decode
from core.policy import DAY, LONGEST_EXPIRY, SHORTEST_EXPIRY

_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+")
_EXAMPLES = re.compile(r"(^|\.)example\.(com|org|net)$|^your-|changeme", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SLACK_ID = re.compile(r"[TE][A-Z0-9]{2,20}")
OPENID_URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"
_DURATION = re.compile(r"(\d{1,5})(m|h|d|w)")
_UNIT_SECONDS = {"m": 60, "h": 3600, "d": DAY, "w": 7 * DAY}


def _fault(text: str) -> PydanticCustomError:
    return PydanticCustomError("setting", "{said}", {"said": text})


def _split(value: str) -> SplitResult:
    try:
        url = urlsplit(value)
        if url.port == 0 or not _HOST.fullmatch(url.hostname or ""):
            raise ValueError("no host or port that could be reached")
    except ValueError:  # urlsplit itself only finds out about a port when it is asked for it
        raise _fault("this is no address: look at its host and its port") from None
    return url


def check_base_url(value: str) -> str:
    """The origin that `value` spells. Raises a ValueError that says what to do."""
    url = _split(value.rstrip("/"))
    if url.scheme not in ("https", "http") or not url.hostname or url.path or url.query or url.fragment or url.username:
        raise _fault("give the origin alone, such as https://push.your-company.com")
    if url.scheme == "http" and url.hostname not in LOOPBACK:
        raise _fault("use https: browsers decrypt on secure pages only (http is for localhost)")
    if _EXAMPLES.search(url.hostname):
        raise _fault("this is the example; put your own host here")
    return f"{url.scheme}://{url.netloc}"


def _check_seal_keys(value: SecretStr) -> SecretStr:
    for spelled in value.get_secret_value().split(","):
        try:
            key = decode(spelled.strip(), 32)
        except ValueError:
            raise _fault("each key is 32 bytes as base64url, 43 characters; `pushpw init` makes one") from None
        if len(set(key)) < 8:
            raise _fault("this key is not random; `pushpw init` makes one")
    return value


def _check_redis_url(value: SecretStr) -> SecretStr:
    try:
        check_address(value.get_secret_value())
    except ValueError as problem:
        raise _fault(str(problem)) from None
    return value


def _check_secret(value: SecretStr) -> SecretStr:
    said = value.get_secret_value()
    if len(said) < 8 or _EXAMPLES.search(said) or "..." in said or len(set(said)) < 4:
        raise _fault("this looks like an example; put the real value here")
    return value


def _seconds(value: Any) -> Any:
    if isinstance(value, int):
        return value
    found = _DURATION.fullmatch(str(value).strip())
    if found is None:
        raise _fault("write a number and a unit: 30m, 4h, 7d, 2w")
    seconds = int(found[1]) * _UNIT_SECONDS[found[2]]
    if not SHORTEST_EXPIRY <= seconds <= LONGEST_EXPIRY:
        raise _fault("choose between 5m and 90d")
    return seconds


def _check_api_url(value: str) -> str:
    url = _split(value)
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
        raise _fault("use https: the bot token is sent there")
    return value.rstrip("/") + "/"


def _check_login_url(value: str) -> str:
    if _split(value).scheme != "https" and not is_loopback(value):
        raise _fault("use https: the app's password is sent there")
    return value.rstrip("/") + "/"


def _check_certificate(value: SecretStr) -> SecretStr:
    try:
        Certificate.from_pem(value.get_secret_value())
    except ValueError as problem:
        raise _fault(f"{problem}: put both into one PEM") from None
    return value


def _check_openid_url(value: str) -> str:
    # Whoever has these keys is every member of every tenant.
    if _split(value).geturl() != OPENID_URL and not is_loopback(value):
        raise _fault("leave it out: only a double on this machine is another one")
    return value


def _check_tenants(value: str) -> str:
    said = {part.strip().lower() for part in value.split(",")}
    if said != {"any"} and not all(_GUID.fullmatch(part) for part in said):
        raise _fault("give tenant ids (8-4-4-4-12 hexadecimal digits), separated by commas, or the word any")
    return value


def _check_url(value: str) -> str:
    if value.startswith("mailto:") and len(value) > len("mailto:"):
        return value
    if _split(value).scheme not in ("https", "http"):
        raise _fault("give a whole address, such as https://help.your-company.com")
    return value


def _check_page(value: str) -> str:
    if _split(value).scheme not in ("https", "http"):
        raise _fault("give a whole address that everybody can read, such as https://your-company.com/privacy")
    return value


def _check_app_id(value: str) -> str:
    if not _GUID.fullmatch(value.lower()) or value == PLACEHOLDER_ID:
        raise _fault("give the app's id from the Azure bot's page, such as 0f8fad5b-d9cb-469f-a165-70867728950e")
    return value.lower()


def _check_app_token(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith("xapp-"):
        raise _fault("this is no app-level token: those begin with xapp- (Basic Information, App-Level Tokens, scope connections:write)")
    return value


def _check_domains(value: str) -> str:
    for part in value.split(","):
        domain = domain_in(part)
        if not domain:
            raise _fault(
                "give domains, such as your-company.com, separated by commas; one with other letters in its spelling that begins with xn--"
            )
        if _EXAMPLES.search(domain):
            raise _fault("this is the example; put your own domain here")
    return value


def _check_slack_ids(value: str) -> str:
    if not all(_SLACK_ID.fullmatch(part.strip()) for part in value.split(",")):
        raise _fault("give ids of Slack workspaces (T and capital letters or digits), or of an organisation (E...), separated by commas")
    return value


RedisUrl = Annotated[SecretStr, AfterValidator(_check_redis_url)]
SealKeys = Annotated[SecretStr, AfterValidator(_check_seal_keys)]
Secret = Annotated[SecretStr, AfterValidator(_check_secret)]
CertificatePem = Annotated[SecretStr, AfterValidator(_check_certificate)]
AppToken = Annotated[Secret, AfterValidator(_check_app_token)]
Duration = Annotated[int | str, AfterValidator(_seconds)]
BaseUrl = Annotated[str, AfterValidator(check_base_url)]
HelpUrl = Annotated[str, AfterValidator(_check_url)]
Page = Annotated[str, AfterValidator(_check_page)]
ApiUrl = Annotated[str, AfterValidator(_check_api_url)]
LoginUrl = Annotated[str, AfterValidator(_check_login_url)]
OpenIdUrl = Annotated[str, AfterValidator(_check_openid_url)]
AppId = Annotated[str, AfterValidator(_check_app_id)]
Tenants = Annotated[str, AfterValidator(_check_tenants)]
Domains = Annotated[str, AfterValidator(_check_domains)]
SlackIds = Annotated[str, AfterValidator(_check_slack_ids)]
