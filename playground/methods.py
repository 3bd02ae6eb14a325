"""What does each Web API method do?  Named after Slack's own, refusing with Slack's own errors."""

from playground import functions, groups, unfurls
from playground.block_kit import faults_of_blocks
from playground.house import Call, House, Method
from playground.refusals import Json, Refused
from playground.workspace import APP_ID, Conversation, Message, Person

TEXT_MOST = 40_000
EMAIL_SCOPE = "users:read.email"


def _auth_test(house: House, call: Call) -> Json:
    person = house.workspace.person(call.actor)
    team = house.team
    where = {"team": team.enterprise_name, "team_id": team.enterprise_id} if call.org_wide else {"team": team.name, "team_id": team.id}
    body: Json = {"url": f"{house.url}/", "user": person.name, "user_id": person.id, "is_enterprise_install": call.org_wide, **where}
    if team.enterprise_id:
        body["enterprise_id"] = team.enterprise_id
    return body | ({"bot_id": team.bot_id} if person.is_bot else {})


def _team_info(house: House, _call: Call) -> Json:
    return {"team": {"id": house.team.id, "name": house.team.name, "domain": house.team.domain, "email_domain": ""}}


def _users_info(house: House, call: Call) -> Json:
    person = house.workspace.person(str(call.need("user", "user_not_found")))
    facts = person_facts(house, person, with_locale=call.flag("include_locale", default=False))
    return {"user": _with_email(facts, person) if EMAIL_SCOPE in call.scopes else facts}


def _users_lookup_by_email(house: House, call: Call) -> Json:
    wanted = str(call.need("email")).lower()
    for person in house.workspace.people.values():
        if wanted and person.email.lower() == wanted and not person.deleted:
            return {"user": _with_email(person_facts(house, person, with_locale=False), person)}
    raise Refused("users_not_found")


def _with_email(facts: Json, person: Person) -> Json:
    """With what is told only to a token that has the scope for addresses."""
    return facts | {"profile": facts["profile"] | ({"email": person.email} if person.email else {})}


def _users_list(house: House, call: Call) -> Json:
    with_locale = call.flag("include_locale", default=False)
    members = [person_facts(house, p, with_locale=with_locale) for p in house.workspace.people.values()]
    return {"members": members, "cache_ts": 0, "response_metadata": {"next_cursor": ""}}


def _conversations_open(house: House, call: Call) -> Json:
    if call.text("channel"):
        return {"channel": {"id": _visible(house, call.actor, call.text("channel")).id}}
    users = [u for u in call.text("users").split(",") if u]
    if len(users) != 1:
        raise Refused("users_list_not_supplied" if not users else "not_enough_users")
    _reachable(house, users[0])
    known = {c.id for c in house.workspace.conversations.values()}
    channel = house.workspace.dm(call.actor, users[0])
    return {"channel": {"id": channel.id}, **({"no_op": True, "already_open": True} if channel.id in known else {})}


def _conversations_info(house: House, call: Call) -> Json:
    return {"channel": _conversation(_visible(house, call.actor, str(call.need("channel", "channel_not_found"))), call.actor)}


def _chat_post_message(house: House, call: Call) -> Json:
    channel = _writable(house, call.actor, str(call.need("channel", "channel_not_found")))
    text, blocks = _content(call)
    message = house.workspace.post(
        channel.id,
        call.actor,
        text,
        blocks,
        unfurl_links=call.flag("unfurl_links", default=True),
        unfurl_media=call.flag("unfurl_media", default=True),
        thread_ts=_thread(house, channel, call.text("thread_ts")),
        is_broadcast=call.flag("reply_broadcast", default=False),
        metadata=call.arguments.get("metadata"),
    )
    return {"channel": channel.id, "ts": message.ts, "message": message.as_json()}


def _thread(house: House, channel: Conversation, ts: str) -> str:
    """What to reply to. Raises Refused: thread_not_found, cannot_reply_to_message (nobody else sees an ephemeral one)."""
    if ts and not house.workspace.thread(channel.id, ts):
        ephemeral = any((m.channel, m.ts) == (channel.id, ts) for m in house.workspace.messages)
        raise Refused("cannot_reply_to_message" if ephemeral else "thread_not_found")
    return ts


def _chat_post_ephemeral(house: House, call: Call) -> Json:
    channel = _writable(house, call.actor, str(call.need("channel", "channel_not_found")))
    user = str(call.need("user"))
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    text, blocks = _content(call)
    message = house.workspace.post(channel.id, call.actor, text, blocks, only_for=user, thread_ts=call.text("thread_ts"))
    return {"message_ts": message.ts}


def _chat_update(house: House, call: Call) -> Json:
    message = _own_message(house, call, "cant_update_message")
    window = house.edit_window_seconds
    if house.edit_window_closed or (window is not None and house.workspace.age(message) > window):
        raise Refused("edit_window_closed")
    text, blocks = _content(call)
    # A text without blocks takes the blocks away, as at Slack's.
    changed = house.workspace.edit(message, text, blocks if blocks or text else None)
    return {"channel": message.channel, "ts": message.ts, "text": changed.text, "message": changed.as_json()}


def _chat_delete(house: House, call: Call) -> Json:
    message = _own_message(house, call, "cant_delete_message")
    house.workspace.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def _chat_get_permalink(house: House, call: Call) -> Json:
    channel = _visible(house, call.actor, str(call.need("channel", "channel_not_found")))
    message = house.workspace.find(channel.id, str(call.need("message_ts", "message_not_found")))
    return {"channel": channel.id, "permalink": f"{house.url}/archives/{channel.id}/p{message.ts.replace('.', '')}"}


def _views_open(house: House, call: Call) -> Json:
    trigger = house.passes.spend_trigger(str(call.need("trigger_id")))
    return {"view": house.views.open(trigger, call.need("view")).as_json()}


def _views_push(house: House, call: Call) -> Json:
    trigger = house.passes.spend_trigger(str(call.need("trigger_id")))
    return {"view": house.views.push(trigger, call.need("view")).as_json()}


def _views_update(house: House, call: Call) -> Json:
    view = house.views.update(
        call.need("view"), view_id=call.text("view_id"), external_id=call.text("external_id"), known_hash=call.text("hash")
    )
    return {"view": view.as_json()}


def _views_publish(house: House, call: Call) -> Json:
    user = house.workspace.person(str(call.need("user_id"))).id
    return {"view": house.views.publish(user, call.need("view"), call.text("hash")).as_json()}


def _content(call: Call) -> tuple[str, list[Json]]:
    """A message's words. Raises Refused: no_text, msg_too_long, invalid_blocks_format, invalid_blocks."""
    text, blocks = call.text("text"), call.arguments.get("blocks") or []
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if not text and not blocks and not call.arguments.get("attachments"):
        raise Refused("no_text")
    if len(text) > TEXT_MOST:
        raise Refused("msg_too_long")
    faults = faults_of_blocks(blocks)
    if faults:
        raise Refused("invalid_blocks", faults)
    return text, blocks


def _own_message(house: House, call: Call, refusal: str) -> Message:
    channel = _visible(house, call.actor, str(call.need("channel", "channel_not_found")))
    message = house.workspace.find(channel.id, str(call.need("ts", "message_not_found")))
    if message.user != call.actor:
        raise Refused(refusal)
    return message


def _reachable(house: House, user: str) -> Person:
    person = house.workspace.person(user)
    if person.is_bot:
        raise Refused("cannot_dm_bot")
    if person.deleted:
        raise Refused("user_disabled")
    if user in house.disabled_dms:
        raise Refused("messages_tab_disabled")
    shared = any(user in c.members and house.team.bot in c.members and not c.is_im for c in house.workspace.conversations.values())
    if house.workspace.is_stranger(person) and not shared:
        raise Refused("user_not_visible")
    return person


def _visible(house: House, actor: str, channel: str) -> Conversation:
    """A conversation that `actor` may know of: other people's direct messages do not exist for it."""
    found = house.workspace.conversation(channel)
    if actor not in found.members and (found.is_private or not found.id.startswith("C")):
        raise Refused("channel_not_found")
    return found


def _writable(house: House, actor: str, channel: str) -> Conversation:
    if channel.startswith("U"):  # Slack opens the direct message itself
        return house.workspace.dm(actor, _reachable(house, channel).id)
    found = _visible(house, actor, channel)
    if found.is_archived:
        raise Refused("is_archived")
    if actor not in found.members:
        raise Refused("not_in_channel")
    for other in found.members if found.is_im else []:
        if other != actor:
            _reachable(house, other)
    return found


def person_facts(house: House, person: Person, *, with_locale: bool) -> Json:
    """A person as users.info and user_change tell of them."""
    body: Json = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": person.deleted,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "profile": {"real_name": person.real_name, "display_name": person.name, "team": person.team_id},
    }
    if person.is_bot:
        body["profile"] |= {"api_app_id": APP_ID, "bot_id": house.team.bot_id}
    if house.workspace.is_stranger(person):
        return body | {"is_stranger": True}  # an outsider has no locale, zone or role here
    if not person.deleted:
        body |= {"tz": person.tz, "tz_label": person.tz, "tz_offset": 0, "is_admin": person.is_admin, "is_owner": person.is_owner}
        if house.team.enterprise_id:
            body["enterprise_user"] = {
                "id": person.id,
                "enterprise_id": house.team.enterprise_id,
                "enterprise_name": house.team.enterprise_name,
            }
        body |= {"is_email_confirmed": person.is_email_confirmed, "is_invited_user": person.is_invited_user}
        body |= {"is_restricted": person.is_restricted, "is_ultra_restricted": person.is_ultra_restricted}
    return body | ({"locale": person.locale} if with_locale else {})


def _conversation(channel: Conversation, actor: str) -> Json:
    body: Json = {"id": channel.id, "is_im": channel.is_im, "is_archived": channel.is_archived, "is_private": channel.is_private}
    if channel.is_im:
        return body | {"user": next(m for m in channel.members if m != actor)}
    return body | {"name": channel.name, "is_channel": True, "is_member": actor in channel.members}


_READ = ("channels:read", "groups:read", "im:read", "mpim:read")

METHODS: dict[str, Method] = {
    "api.test": Method(lambda _house, _call: {}),
    "auth.test": Method(_auth_test),
    "team.info": Method(_team_info, ("team:read",)),
    "users.info": Method(_users_info, ("users:read",)),
    "users.lookupByEmail": Method(_users_lookup_by_email, (EMAIL_SCOPE,)),
    "users.list": Method(_users_list, ("users:read",)),
    "usergroups.list": Method(groups.list_groups, ("usergroups:read",)),
    "usergroups.users.list": Method(groups.list_members, ("usergroups:read",)),
    "conversations.open": Method(_conversations_open, ("im:write",)),
    "conversations.info": Method(_conversations_info, _READ),
    "chat.postMessage": Method(_chat_post_message, ("chat:write",)),
    "chat.postEphemeral": Method(_chat_post_ephemeral, ("chat:write",)),
    "chat.update": Method(_chat_update, ("chat:write",)),
    "chat.delete": Method(_chat_delete, ("chat:write",)),
    "chat.getPermalink": Method(_chat_get_permalink),
    "chat.unfurl": Method(unfurls.unfurl, ("links:write",)),
    "functions.completeSuccess": Method(functions.succeed),
    "functions.completeError": Method(functions.fail),
    "views.open": Method(_views_open),
    "views.push": Method(_views_push),
    "views.update": Method(_views_update),
    "views.publish": Method(_views_publish),
}
