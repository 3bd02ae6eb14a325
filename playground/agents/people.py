"""Who is there in Microsoft's Agents Playground?"""

import json
from uuid import NAMESPACE_DNS, uuid5

from playground.refusals import Json

_SPACE = uuid5(NAMESPACE_DNS, "playground.pushpw")
TENANT = str(uuid5(_SPACE, "tenant"))
SIGNED_IN = "Alice Archer"
OTHERS = ("Bob Baker", "Carol Clark", "Dave Dahl", "Erin Evans", "Frank Fisher")
"""Five, no more and no fewer: so its configuration wants it."""


def entra_id(name: str) -> str:
    """The Entra id of whoever has this name; the same in every run."""
    return str(uuid5(_SPACE, name))


def configuration(app_id: str) -> str:
    """What the Agents Playground reads at start: YAML, spelled as JSON.

    Its own default has ids that are no UUIDs. And its connector finds people by the id of their account alone, where Teams also takes
    the Entra id: so both are the same here.
    """
    return json.dumps(
        {
            "version": "0.1.1",
            "tenantId": TENANT,
            "bot": {"id": f"28:{app_id}", "name": "pushpw"},
            "currentUser": _person(SIGNED_IN),
            "users": [_person(name) for name in OTHERS],
            "personalChat": {"id": "a:personal-chat"},
            "groupChat": {"id": "19:group-chat@thread.v2", "name": "Staging"},
            "team": {
                "id": "19:team@thread.tacv2",
                "name": "Operations",
                "aadGroupId": entra_id("team"),
                "channels": [{"id": "19:deploys@thread.tacv2", "name": "Deploys"}],
            },
        }
    )


def _person(name: str) -> Json:
    given, surname = name.split()
    address = f"{given.lower()}@example.com"
    return {
        "id": entra_id(name),
        "aadObjectId": entra_id(name),
        "name": name,
        "givenName": given,
        "surname": surname,
        "email": address,
        "userPrincipleName": address,  # spelled so by its schema
    }
