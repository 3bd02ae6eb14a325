"""What stands in the Teams app's package of this installation? The settings, as the package wants them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.teams.package.manifest import PLACEHOLDER_ID, Installation
from adapters.web.statements import PRIVACY, TERMS
from bot import VERSION
from bot.settings import BadSettings, faults_in
from bot.values import AppId, BaseUrl, HelpUrl, Page

FILE = "pushpw-teams.zip"
"""What the package is called where nobody says otherwise; `pushpw check` looks for it by this name."""
_NOBODYS_HOST = "https://push.example.com"


class PackageSettings(BaseSettings):
    """Of all settings, those that stand in the package: no credentials, and nothing is needed."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, env_ignore_empty=True)

    base_url: BaseUrl | None = Field(None, validation_alias="PUSHPW_BASE_URL")
    app_id: AppId | None = Field(None, validation_alias="MICROSOFT_APP_ID")
    brand_name: str = Field("pushpw", min_length=1, max_length=40, validation_alias="PUSHPW_BRAND_NAME")
    support_url: HelpUrl | None = Field(None, validation_alias="PUSHPW_SUPPORT_URL")
    privacy_url: Page | None = Field(None, validation_alias="PUSHPW_PRIVACY_URL")
    terms_url: Page | None = Field(None, validation_alias="PUSHPW_TERMS_URL")


def load(given: Mapping[str, Any], env_file: Path | None = Path(".env")) -> PackageSettings:
    """What is set of it by now. Raises BadSettings with every fault at once. `given` beats the environment."""
    try:
        return PackageSettings(_env_file=env_file, **given)
    except ValidationError as problem:
        raise BadSettings(faults_in(problem)) from None


def installation(said: PackageSettings, *, name: str, version: str = VERSION) -> Installation:
    """The facts of the package; what is not set yet is a placeholder. Raises ValueError for a name or version that cannot be."""
    origin = said.base_url or _NOBODYS_HOST
    terms = said.terms_url or origin + TERMS
    return Installation(
        base_url=origin,
        app_id=said.app_id or PLACEHOLDER_ID,
        version=version,
        run_by=said.brand_name,
        # A page is wanted there, and an e-mail address is none: our own page of terms leads to it.
        support_url=said.support_url if said.support_url and not said.support_url.startswith("mailto:") else terms,
        privacy_url=said.privacy_url or origin + PRIVACY,
        terms_url=terms,
        name=name,
    )


def still_missing(said: PackageSettings) -> Iterator[str]:
    """What must be set before a package can be uploaded, a sentence each."""
    if said.base_url is None:
        yield f"PUSHPW_BASE_URL is not set: the package names {_NOBODYS_HOST}. Set it and make the package again."
    if said.app_id is None:
        yield "MICROSOFT_APP_ID is not set: the package has zeros in its place, and Teams refuses it. Set it and make the package again."
