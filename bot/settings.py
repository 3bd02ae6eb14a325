"""What may an operator set? Environment or .env -> frozen Settings; all faults at once, by variable name.

Every secret may also come from a file: NAME_FILE holds its path. A value that is a published
default or an example is refused. No value of a secret is ever part of a fault's text.
"""

import os
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.redis_store.fence import Mode
from adapters.teams.service_urls import LOOPBACK, is_loopback
from bot.values import (
    OPENID_URL,
    ApiUrl,
    AppId,
    AppToken,
    BaseUrl,
    CertificatePem,
    Domains,
    Duration,
    HelpUrl,
    LoginUrl,
    OpenIdUrl,
    Page,
    RedisUrl,
    SealKeys,
    Secret,
    SlackIds,
    Tenants,
)
from core.address import domain_in
from core.link import decode
from core.policy import DAY, LONGEST_EXPIRY, MOST_VIEWS, Policy


class BadSettings(Exception):
    """Some settings are missing or wrong; `faults` are (variable name, what to do) pairs."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {what}" for name, what in faults))
        self.faults = faults


class Settings(BaseSettings):
    """All that an operator may set. docs/reference/settings.md says each in a line."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, env_ignore_empty=True)

    base_url: BaseUrl = Field(validation_alias="PUSHPW_BASE_URL")
    redis_url: RedisUrl = Field(validation_alias="PUSHPW_REDIS_URL")
    store_mode: Literal["auto", "strict", "durable", "ephemeral"] = Field("auto", validation_alias="PUSHPW_STORE_MODE")
    store_replicas: int = Field(0, ge=0, le=10, validation_alias="PUSHPW_STORE_REPLICAS")
    seal_keys: SealKeys = Field(validation_alias="PUSHPW_SEAL_KEYS")
    host: str = Field("127.0.0.1", validation_alias="PUSHPW_HOST")
    port: int = Field(8080, ge=0, le=65535, validation_alias="PORT")
    trusted_proxies: int = Field(0, ge=0, le=10, validation_alias="PUSHPW_TRUSTED_PROXIES")
    hsts: str = Field("max-age=63072000", pattern=r"^max-age=\d+(; ?includeSubDomains)?(; ?preload)?$", validation_alias="PUSHPW_HSTS")
    log_format: Literal["json", "console"] = Field("json", validation_alias="PUSHPW_LOG_FORMAT")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", validation_alias="PUSHPW_LOG_LEVEL")
    default_expiry: Duration = Field(7 * DAY, validation_alias="PUSHPW_DEFAULT_EXPIRY")
    max_expiry: Duration = Field(LONGEST_EXPIRY, validation_alias="PUSHPW_MAX_EXPIRY")
    default_views: int = Field(1, ge=1, le=MOST_VIEWS, validation_alias="PUSHPW_DEFAULT_VIEWS")
    max_views: int = Field(MOST_VIEWS, ge=1, le=MOST_VIEWS, validation_alias="PUSHPW_MAX_VIEWS")
    max_text_bytes: int = Field(1024 * 1024, ge=1, le=1024 * 1024, validation_alias="PUSHPW_MAX_TEXT_BYTES")
    brand_name: str = Field("pushpw", min_length=1, max_length=40, validation_alias="PUSHPW_BRAND_NAME")
    support_url: HelpUrl | None = Field(None, validation_alias="PUSHPW_SUPPORT_URL")
    privacy_url: Page | None = Field(None, validation_alias="PUSHPW_PRIVACY_URL")
    terms_url: Page | None = Field(None, validation_alias="PUSHPW_TERMS_URL")
    metrics_token: Secret | None = Field(None, validation_alias="PUSHPW_METRICS_TOKEN")
    slack_signing_secret: Secret | None = Field(None, validation_alias="SLACK_SIGNING_SECRET")
    slack_bot_token: Secret | None = Field(None, validation_alias="SLACK_BOT_TOKEN")
    slack_client_id: str | None = Field(None, pattern=r"^[\w.-]{3,100}$", validation_alias="SLACK_CLIENT_ID")
    slack_client_secret: Secret | None = Field(None, validation_alias="SLACK_CLIENT_SECRET")
    slack_app_token: AppToken | None = Field(None, validation_alias="SLACK_APP_TOKEN")
    slack_previews: bool = Field(False, validation_alias="PUSHPW_SLACK_PREVIEWS")
    slack_api_url: ApiUrl = Field("https://slack.com/api/", validation_alias="PUSHPW_SLACK_API_URL")
    microsoft_app_id: AppId | None = Field(None, validation_alias="MICROSOFT_APP_ID")
    microsoft_app_password: Secret | None = Field(None, validation_alias="MICROSOFT_APP_PASSWORD")
    microsoft_app_certificate: CertificatePem | None = Field(None, validation_alias="MICROSOFT_APP_CERTIFICATE")
    microsoft_app_tenant_id: str | None = Field(None, pattern=r"^[A-Za-z0-9.-]{3,100}$", validation_alias="MICROSOFT_APP_TENANT_ID")
    teams_tenants_said: Tenants | None = Field(None, validation_alias="PUSHPW_TEAMS_TENANTS")
    teams_openid_url: OpenIdUrl = Field(OPENID_URL, validation_alias="PUSHPW_TEAMS_OPENID_URL")
    teams_login_url: LoginUrl = Field("https://login.microsoftonline.com/", validation_alias="PUSHPW_TEAMS_LOGIN_URL")
    teams_unsigned: bool = Field(False, validation_alias="PUSHPW_TEAMS_UNSIGNED")
    bridge_domains_said: Domains | None = Field(None, validation_alias="PUSHPW_BRIDGE_DOMAINS")
    bridge_workspaces_said: SlackIds | None = Field(None, validation_alias="PUSHPW_BRIDGE_WORKSPACES")

    @property
    def policy(self) -> Policy:
        """The limits, as the engine wants them."""
        return Policy(
            default_expiry=int(self.default_expiry),
            longest_expiry=int(self.max_expiry),
            default_views=self.default_views,
            most_views=self.max_views,
            most_text_bytes=self.max_text_bytes,
            bridge_allowed=bool(self.bridge_domains),
        )

    @property
    def ring_keys(self) -> list[bytes]:
        """The seal keys, 32 bytes each, current one first."""
        return [decode(spelled.strip(), 32) for spelled in self.seal_keys.get_secret_value().split(",")]

    @property
    def declared_mode(self) -> Mode | None:
        """The operator's word on the store; None means that its facts decide."""
        return None if self.store_mode == "auto" else self.store_mode

    @property
    def has_slack(self) -> bool:
        """Whether Slack is set up: a way in, and a token or the means to be given some."""
        way_in = self.slack_signing_secret is not None or self.slack_app_token is not None
        return way_in and (self.slack_bot_token is not None or self.has_many_workspaces)

    @property
    def has_many_workspaces(self) -> bool:
        """Whether workspaces install the app themselves, by OAuth."""
        return self.slack_client_id is not None and self.slack_client_secret is not None

    @property
    def has_teams(self) -> bool:
        """Whether Teams is set up: an app, and a way to prove that we are it."""
        proof = self.microsoft_app_password or self.microsoft_app_certificate
        return self.microsoft_app_id is not None and (proof is not None or self.teams_unsigned)

    @property
    def teams_tenants(self) -> frozenset[str]:
        """The tenants that are served, in lower case, or the word any."""
        return frozenset(part.lower() for part in _parts(self.teams_tenants_said))

    @property
    def bridge_domains(self) -> frozenset[str]:
        """Whose addresses lead from one chat into the other; none where that is off."""
        return frozenset(domain_in(part) for part in _parts(self.bridge_domains_said))

    @property
    def bridge_workspaces(self) -> tuple[str, ...]:
        """The Slack workspaces whose word on addresses counts, where there are many. In this order they are asked."""
        return tuple(_parts(self.bridge_workspaces_said))

    @property
    def has_pretend_microsoft(self) -> bool:
        """Whether Microsoft is a double on this machine: then Teams is there and nowhere else."""
        return self.teams_unsigned or is_loopback(self.teams_openid_url)


def _parts(said: str | None) -> list[str]:
    return [part.strip() for part in (said or "").split(",") if part.strip()]


def load(env_file: Path | None = Path(".env"), **given: Any) -> Settings:
    """The settings of this process. Raises BadSettings with every fault at once. `given` beats the environment."""
    from_files, faults = _read_files(env_file)
    try:
        settings = Settings(_env_file=env_file, **{**from_files, **given})
    except ValidationError as problem:
        faults += faults_in(problem)
    else:
        faults += _faults_between(settings)
        if not faults:
            return settings
    named = {name for name, _ in faults}  # a secret whose file cannot be read is not missing as well
    raise BadSettings([(name, what) for name, what in faults if f"{name}_FILE" not in named])


def _read_files(env_file: Path | None) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """What NAME_FILE variables point to, without the last line break; and which of them are of no use."""
    said = {**(dotenv_values(env_file) if env_file else {}), **os.environ}
    found, faults = {}, []
    for name in _secret_names():
        path = said.get(f"{name}_FILE")
        if not path:
            continue
        if said.get(name):
            faults.append((f"{name}_FILE", f"is set beside {name}; keep one of them"))
            continue
        try:
            found[name] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as problem:
            faults.append((f"{name}_FILE", f"cannot be read: {getattr(problem, 'strerror', None) or 'it is not text'}"))
    return found, faults


def _secret_names() -> list[str]:
    return [str(field.validation_alias) for field in Settings.model_fields.values() if "SecretStr" in str(field.annotation)]


def _faults_between(settings: Settings) -> list[tuple[str, str]]:
    faults = []
    if int(settings.default_expiry) > int(settings.max_expiry):
        faults.append(("PUSHPW_DEFAULT_EXPIRY", "is longer than PUSHPW_MAX_EXPIRY"))
    if settings.default_views > settings.max_views:
        faults.append(("PUSHPW_DEFAULT_VIEWS", "is more than PUSHPW_MAX_VIEWS"))
    return faults + _slack_faults(settings) + _teams_faults(settings) + _bridge_faults(settings)


def _slack_faults(settings: Settings) -> list[tuple[str, str]]:
    """What is missing or too much of Slack's: a way in (signed requests or a socket), and tokens (one, or by OAuth)."""
    faults = []
    bot, client, secret_of_client = settings.slack_bot_token, settings.slack_client_id, settings.slack_client_secret
    if (client is None) != (secret_of_client is None):
        missing = "SLACK_CLIENT_ID" if client is None else "SLACK_CLIENT_SECRET"
        faults.append((missing, "is missing: many workspaces need SLACK_CLIENT_ID and SLACK_CLIENT_SECRET"))
    if bot is not None and (client is not None or secret_of_client is not None):
        what = "is set beside SLACK_CLIENT_ID and SLACK_CLIENT_SECRET: keep it for one workspace, or those two for many"
        faults.append(("SLACK_BOT_TOKEN", what))
    way_in = settings.slack_signing_secret or settings.slack_app_token
    if way_in is not None and bot is None and client is None and secret_of_client is None:
        what = "is missing: Slack needs SLACK_SIGNING_SECRET and SLACK_BOT_TOKEN (or, for many workspaces, SLACK_CLIENT_ID and SLACK_CLIENT_SECRET)"
        faults.append(("SLACK_BOT_TOKEN", what))
    if way_in is None and (bot is not None or client is not None or secret_of_client is not None):
        what = "is missing: Slack needs it, but for Socket Mode, which needs SLACK_APP_TOKEN instead"
        faults.append(("SLACK_SIGNING_SECRET", what))
    return faults


def _teams_faults(settings: Settings) -> list[tuple[str, str]]:
    """What is missing or too much of Microsoft's: an app, one proof of it, and whom it serves; and no double where people could reach it."""
    faults = []
    password, certificate = settings.microsoft_app_password, settings.microsoft_app_certificate
    if password is not None and certificate is not None:
        faults.append(("MICROSOFT_APP_CERTIFICATE", "is set beside MICROSOFT_APP_PASSWORD; keep one of them"))
    begun = settings.microsoft_app_id or password or certificate or settings.teams_tenants or settings.teams_unsigned
    if begun and settings.microsoft_app_id is None:
        faults.append(("MICROSOFT_APP_ID", "is missing: Teams needs it"))
    if begun and password is None and certificate is None and not settings.teams_unsigned:
        faults.append(("MICROSOFT_APP_PASSWORD", "is missing: Teams needs it, or MICROSOFT_APP_CERTIFICATE instead"))
    if begun and not settings.teams_tenants:
        faults.append(("PUSHPW_TEAMS_TENANTS", "is missing: name the tenants that Teams may be used from, or write any"))
    doubles = {
        "PUSHPW_TEAMS_UNSIGNED": settings.teams_unsigned,
        "PUSHPW_TEAMS_OPENID_URL": is_loopback(settings.teams_openid_url),
        "PUSHPW_TEAMS_LOGIN_URL": is_loopback(settings.teams_login_url),
    }
    if not (is_loopback(settings.base_url) and settings.host in LOOPBACK):
        what = "is for trying things on one machine: PUSHPW_BASE_URL and PUSHPW_HOST must both be localhost"
        faults += [(name, what) for name, is_double in doubles.items() if is_double]
    return faults


def _bridge_faults(settings: Settings) -> list[tuple[str, str]]:
    """Who is believed when they say whose an address is must be named: anybody may have a workspace, or a tenant, of their own."""
    if not settings.bridge_domains:
        return [("PUSHPW_BRIDGE_WORKSPACES", "is set without PUSHPW_BRIDGE_DOMAINS")] if settings.bridge_workspaces else []
    faults = []
    if not (settings.has_slack and settings.has_teams):
        faults.append(("PUSHPW_BRIDGE_DOMAINS", "leads from Slack to Teams and back, and not both are set up"))
    if "any" in settings.teams_tenants:
        what = "is any, but with PUSHPW_BRIDGE_DOMAINS each tenant must be named: it says whose an address is"
        faults.append(("PUSHPW_TEAMS_TENANTS", what))
    if settings.has_many_workspaces and not settings.bridge_workspaces:
        what = "is missing: with many workspaces, PUSHPW_BRIDGE_DOMAINS needs the ids of those that may say whose an address is"
        faults.append(("PUSHPW_BRIDGE_WORKSPACES", what))
    if settings.bridge_workspaces and not settings.has_many_workspaces:
        faults.append(("PUSHPW_BRIDGE_WORKSPACES", "is for many workspaces: with SLACK_BOT_TOKEN there is one, so leave it out"))
    return faults


def faults_in(problem: ValidationError) -> list[tuple[str, str]]:
    """(variable name, what to do) for each, and nothing of the values."""
    errors = problem.errors(include_input=False, include_url=False, include_context=False)
    return [(str(error["loc"][0]), _say(error["type"], error["msg"])) for error in errors]


def _say(kind: str, message: str) -> str:
    return "is missing; `pushpw init` writes a .env with it" if kind == "missing" else message


class _Early(BaseSettings):
    """What must be known before, or without, everything else."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True, env_ignore_empty=True)

    redis_url: RedisUrl | None = Field(None, validation_alias="PUSHPW_REDIS_URL")
    base_url: BaseUrl | None = Field(None, validation_alias="PUSHPW_BASE_URL")


def base_url_if_set(env_file: Path | None = Path(".env")) -> str | None:
    """The origin alone, for what must work before anything else is set up. None when unset or not usable."""
    try:
        return _Early(_env_file=env_file).base_url
    except ValidationError:
        return None


def redis_url_if_set() -> str | None:
    """The store that the environment (not .env, which is the real service's) names for the playground."""
    try:
        return secret(_Early(_env_file=None).redis_url) or None
    except ValidationError as problem:
        raise BadSettings([("PUSHPW_REDIS_URL", problem.errors(include_input=False)[0]["msg"])]) from None


def secret(value: SecretStr | None) -> str:
    """What a secret setting holds; empty when it is not set."""
    return value.get_secret_value() if value else ""
