"""What stands in the Teams app's package of this installation? The settings, as the package wants them."""

from collections.abc import Iterator

from adapters.teams.package.manifest import PLACEHOLDER_ID, Installation
from adapters.web.statements import PRIVACY, TERMS
from bot import VERSION
from bot.settings import PackageSettings

FILE = "pushpw-teams.zip"
"""What the package is called where nobody says otherwise; `pushpw check` looks for it by this name."""
_NOBODYS_HOST = "https://push.example.com"


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
