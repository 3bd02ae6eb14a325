"""What do the usergroups methods answer?  After docs.slack.dev/reference/methods/usergroups.list."""

from playground.house import Call, House
from playground.refusals import Json, Refused
from playground.teams import Group


def list_groups(house: House, call: Call) -> Json:
    """usergroups.list: disabled groups only when asked for."""
    _need_a_team(call)
    with_disabled = call.flag("include_disabled", default=False)
    known = [g for g in house.workspace.groups.values() if with_disabled or not g.is_deleted]
    with_users, with_count = call.flag("include_users", default=False), call.flag("include_count", default=False)
    return {"usergroups": [_group(house, g, with_users=with_users, with_count=with_count) for g in known]}


def list_members(house: House, call: Call) -> Json:
    """usergroups.users.list. Raises Refused no_such_subteam."""
    _need_a_team(call)
    group = house.workspace.groups.get(str(call.need("usergroup")))
    if group is None or (group.is_deleted and not call.flag("include_disabled", default=False)):
        raise Refused("no_such_subteam")
    return {"users": _members(house, group)}


def _need_a_team(call: Call) -> None:
    if call.org_wide and not call.text("team_id"):
        raise Refused("missing_argument", ["[ERROR] missing required field: team_id"])


def _members(house: House, group: Group) -> list[str]:
    """Slack takes deactivated people out of every group."""
    return [u for u in group.users if not house.workspace.person(u).deleted]


def _group(house: House, group: Group, *, with_users: bool, with_count: bool) -> Json:
    members = _members(house, group)
    body: Json = {
        "id": group.id,
        "team_id": house.team.id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": 1_446_598_059,
        "date_update": 1_446_598_059,
        "date_delete": 1_446_670_362 if group.is_deleted else 0,
        "auto_type": None,
        "prefs": {"channels": [], "groups": []},
    }
    if with_users:
        body["users"] = members
    return body | ({"user_count": len(members)} if with_count else {})
