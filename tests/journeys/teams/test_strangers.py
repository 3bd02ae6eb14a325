"""Who is not meant gets nothing: nothing opens, nothing is done, nothing breaks, and what is said is calm."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random  # noqa: TID251  # the same strangers each time
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from adapters.button import links_in as links_behind
from core.identity import Member, Workspace
from core.keyring import KeyRing
from core.link import encode
from playground.microsoft.forms import find_button
from playground.microsoft.refusals import Json
from playground.microsoft.wire import Answer
from playground.microsoft.world import EVE, GUS, JANE, LENA, OMAR, OTHER_TENANT, PROJECT_CHAT, TENANT, Conversation, Message, Person
from playground.office import open_office
from tests.journeys.conftest import IN_TESTS
from tests.journeys.reader import Reader
from tests.journeys.teams.actors import SECRET, Actors, actors_in, links_in, settle_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

DONE = ("push.claimed", "push.burned", "push.extended", "push.released", "push.passed_on", "push.nudged", "ticket.minted", "request.made")
DONE_TO_REQUESTS = ("request.answered", "request.declined", "request.withdrawn")


@dataclass
class Scene:
    """A push of Jane's for Omar, a request of hers to him, and a form of hers that is open."""

    actors: Actors
    invitation: Message
    card: Message
    asked: Message
    request: Message
    form: Json
    """The data behind the button of her open form."""

    def behind(self, where: Message, button: str) -> Json:
        """What a button carries."""
        who = self.actors.omar if where in (self.invitation, self.asked) else self.actors.jane
        return find_button(who.card(where), button).data

    def execute(self, verb: str, data: object, person: Person, place: Conversation | None = None) -> Json:
        """A press as a client would send it, had it this button."""
        value = {"action": {"type": "Action.Execute", "verb": verb, "data": data}, "trigger": "manual"}
        return self._invoke("adaptiveCard/action", value, person, place)

    def submit(self, data: object, person: Person, name: str = "task/submit") -> Json:
        return self._invoke(name, {"data": data, "commandId": "push"}, person, None)

    def fetch(self, data: object, person: Person) -> Json:
        return self._invoke("task/fetch", {"data": data}, person, None)

    def opens(self, person: Person, place: Conversation | None = None) -> Json:
        """Open on Omar's invitation, pressed by somebody."""
        return self.execute("open", self.behind(self.invitation, "Open"), person, place)

    def _invoke(self, name: str, value: Json, person: Person, place: Conversation | None) -> Json:
        chat = place or self.actors.office.microsoft.world.personal(person.entra_id, person.tenant)
        return self.actors.office.microsoft.stage.activities.invoke(name, person, chat, value)

    @property
    def jane(self) -> Person:
        return self.actors.jane.person

    @property
    def omar(self) -> Person:
        return self.actors.omar.person

    def person(self, key: str) -> Person:
        return self.actors.office.microsoft.world.person(key)

    def done(self) -> list[int]:
        """All that has been done to the push and to the request."""
        metrics = self.actors.office.service.house.metrics
        return [metrics.count_of(name) for name in ("push.created", *DONE, *DONE_TO_REQUESTS)]


async def set_up(actors: Actors) -> Scene:
    microsoft = actors.office.microsoft
    assert (await actors.push()).ok
    invitation, card = await actors.invitation(), await actors.card("Waiting")
    form = (await actors.jane.opens("request")).dialog
    assert (await actors.jane.submits(form, asked=OMAR, what="the key")).ok
    asked = await microsoft.until(lambda: actors.omar.latest("asks you for a secret"))
    request = await actors.card("Waiting, until")
    await actors.jane.opens("push")
    data = find_button((await actors.form()).card, "Push it").data
    return Scene(actors, invitation, card, asked, request, data)


def with_sender(activity: Json, **changes: object) -> Json:
    return activity | {"from": {key: value for key, value in (activity["from"] | changes).items() if value is not None}}


def of_tenant(activity: Json, tenant: str) -> Json:
    told = {"channelData": activity["channelData"] | {"tenant": {"id": tenant}}}
    return activity | told | {"conversation": activity["conversation"] | {"tenantId": tenant}}


def elsewhere(scene: Scene) -> Conversation:
    return scene.actors.office.microsoft.world.conversation(PROJECT_CHAT)


def like(scene: Scene, **changes: str) -> Person:
    return replace(scene.omar, **changes)


FAR = "99999999-0000-4000-8000-000000000001"
HUGE = "A" * 200_000
CASES: dict[str, Callable[[Scene], Json]] = {
    # Somebody else presses Open
    "a colleague presses Open": lambda s: s.opens(s.person(LENA)),
    "the sender presses Open": lambda s: s.opens(s.jane),
    "a guest presses Open": lambda s: s.opens(s.person(GUS)),
    "an outsider presses Open": lambda s: s.opens(s.person(EVE)),
    "an outsider in the group presses Open": lambda s: s.opens(s.person(EVE), elsewhere(s)),
    "Omar's id in another tenant": lambda s: s.opens(like(s, tenant=OTHER_TENANT)),
    "Omar's id, of a tenant not on the list": lambda s: of_tenant(s.opens(s.omar), FAR),
    "two tenants at once": lambda s: s.opens(s.omar) | {"channelData": {"tenant": {"id": OTHER_TENANT}}},
    "no tenant": lambda s: s.opens(s.omar) | {"channelData": {}, "conversation": {"id": "a:1"}},
    "no Entra id": lambda s: with_sender(s.opens(s.omar), aadObjectId=None),
    "Omar's Teams id with another's Entra id": lambda s: with_sender(s.opens(s.omar), aadObjectId=LENA),
    "a bot presses Open": lambda s: with_sender(s.opens(s.omar), id="28:5b7f0c9e-2f6d-4e0c-b1a4-3d9a6c8e7f21"),
    "an answer that goes elsewhere": lambda s: s.opens(s.omar) | {"serviceUrl": "https://smba.trafficmanager.net.evil.example/"},
    "another channel than Teams": lambda s: s.opens(s.omar) | {"channelId": "webchat"},
    "a card copied to a group, pressed by a colleague": lambda s: s.opens(s.person(LENA), elsewhere(s)),
    "a message forwarded to somebody's own chat": lambda s: s.opens(s.person(GUS), None),
    # Forged values behind Open
    "no value": lambda s: s.execute("open", {}, s.omar),
    "a value of nobody's": lambda s: s.execute("open", {"value": encode(bytes(60))}, s.omar),
    "a value cut short": lambda s: s.execute("open", {"value": s.behind(s.invitation, "Open")["value"][:-6]}, s.omar),
    "a value twice": lambda s: s.execute("open", {"value": s.behind(s.invitation, "Open")["value"] * 2}, s.omar),
    "a sealed form as value": lambda s: s.execute("open", {"value": s.form["form"]}, s.jane),
    "a value as list": lambda s: s.execute("open", {"value": [s.behind(s.invitation, "Open")["value"]]}, s.omar),
    "a value as null": lambda s: s.execute("open", {"value": None}, s.omar),
    "a huge value": lambda s: s.execute("open", {"value": HUGE}, s.omar),
    "a value that is no ASCII": lambda s: s.execute("open", {"value": "ü\u0000\U0001f4a5"}, s.omar),
    "data as list": lambda s: s.execute("open", ["value"], s.omar),
    # Other people's buttons
    "the recipient burns": lambda s: s.execute("burn", s.behind(s.card, "burn"), s.omar),
    "a colleague burns": lambda s: s.execute("burn", s.behind(s.card, "burn"), s.person(LENA)),
    "a colleague burns all together": lambda s: s.execute("burn_group", s.behind(s.card, "burn"), s.person(LENA)),
    "a colleague burns in a list": lambda s: s.execute("list_burn", s.behind(s.card, "burn") | {"page": 10**30}, s.person(LENA)),
    "a colleague extends": lambda s: s.execute("extend", s.behind(s.card, "burn") | {"expiry": "86400"}, s.person(LENA)),
    "a colleague releases": lambda s: s.execute("release", s.behind(s.card, "burn"), s.person(LENA)),
    "a colleague reminds": lambda s: s.execute("nudge", s.behind(s.card, "burn"), s.person(LENA)),
    "a colleague passes it on": lambda s: s.fetch({"dialog": "pass_on"} | s.behind(s.invitation, "Open"), s.person(LENA)),
    "the recipient passes it on": lambda s: s.fetch({"dialog": "pass_on"} | s.behind(s.invitation, "Open"), s.omar),
    "a colleague pushes it again": lambda s: s.fetch({"dialog": "again"} | s.behind(s.card, "burn"), s.person(LENA)),
    "a colleague withdraws": lambda s: s.execute("take_back", s.behind(s.request, "take_back"), s.person(LENA)),
    "the asked person withdraws": lambda s: s.execute("take_back", s.behind(s.request, "take_back"), s.omar),
    "the requester declines": lambda s: s.execute("decline", s.behind(s.asked, "decline"), s.jane),
    "a colleague wants to answer": lambda s: s.fetch(s.behind(s.asked, "Send it securely"), s.person(LENA)),
    # Forged references
    "a reference of nobody's": lambda s: s.execute("burn", {"reference": "aaaaaaaa"}, s.jane),
    "an empty reference": lambda s: s.execute("burn", {"reference": ""}, s.jane),
    "a huge reference": lambda s: s.execute("burn", {"reference": HUGE}, s.jane),
    "a reference with wildcards": lambda s: s.execute("burn", {"reference": "*"}, s.jane),
    "an extension of a huge time": lambda s: s.execute("extend", s.behind(s.card, "burn") | {"expiry": "9" * 5000}, s.jane),
    "an extension of no time": lambda s: s.execute("extend", s.behind(s.card, "burn") | {"expiry": "-1"}, s.jane),
    "an extension to less": lambda s: s.execute("extend", s.behind(s.card, "burn") | {"expiry": "300"}, s.jane),
    "a request of nobody's": lambda s: s.execute("decline", {"request": "../*"}, s.omar),
    # Forged forms
    "somebody else's form": lambda s: s.submit(s.form | {"secret": SECRET}, s.omar),
    "the form of another tenant's Jane": lambda s: s.submit(s.form | {"secret": SECRET}, replace(s.jane, tenant=OTHER_TENANT)),
    "no form": lambda s: s.submit({"dialog": "push", "secret": SECRET}, s.jane),
    "a form spoiled": lambda s: s.submit({"dialog": "push", "secret": SECRET, "form": s.form["form"][:-3] + "AAA"}, s.jane),
    "a sealed link as form": lambda s: s.submit({"dialog": "push", "form": s.behind(s.invitation, "Open")["value"]}, s.omar),
    "a form for a push as an answer": lambda s: s.submit(s.form | {"dialog": "answer", "secret": SECRET}, s.jane),
    "recipients that are none": lambda s: s.submit(s.form | {"secret": SECRET, "recipients": "28:bot,' OR 1=1"}, s.jane),
    "too many recipients": lambda s: s.submit(
        s.form | {"secret": SECRET, "recipients": ",".join(str(UUID(int=(4 << 76) + n)) for n in range(5000))}, s.jane
    ),
    "views as a list": lambda s: s.submit(s.form | {"secret": SECRET, "views": ["1"]}, s.jane),
    "views without end": lambda s: s.submit(s.form | {"secret": SECRET, "views": "99999999999"}, s.jane),
    "views that are infinite": lambda s: s.submit(s.form | {"secret": None, "views": 1e308 * 10}, s.jane),
    "a secret too long": lambda s: s.submit(s.form | {"secret": "x" * 600_000}, s.jane),
    "a dialog that is none": lambda s: s.submit(s.form | {"dialog": "__init__"}, s.jane),
    "a verb that is none": lambda s: s.execute("__class__", {}, s.jane),
}


@pytest.fixture
async def scene(actors: Actors) -> Scene:
    return await set_up(actors)


async def sent(actors: Actors, activity: Json) -> Answer:
    """With a token that is good for the true address of the connector."""
    wire = actors.office.microsoft.wire
    request = wire.signed({"serviceUrl": actors.office.microsoft.service_url, "conversation": {"id": "a:x"}})
    return await wire.again(replace(request, body=json.dumps(activity).encode()), 20)


async def test_none_of_them_opens_or_does_anything_and_omar_still_can(actors: Actors, reader: Reader):
    scene = await set_up(actors)
    before, microsoft = scene.done(), actors.office.microsoft
    found: dict[str, str] = {}
    for name, make in CASES.items():
        with capture_logs() as logs:
            answer = await sent(actors, make(scene))
        if answer.status not in (200, 400, 403, 413) or any(each["event"] == "request_broke" for each in logs):
            found[name] = f"status {answer.status}"
        if links_in(answer.text):
            found[name] = "a link"
        if scene.done() != before:
            found[name], before = "done", scene.done()
        if any(word in answer.text for word in ("Traceback", "Exception", "Error", "Unavailable", "None")):
            found[name] = answer.text
    assert found == {}
    assert len(CASES) >= 24
    assert await reader.read(await actors.open_in_chat()) == SECRET
    assert (await actors.omar.presses(scene.asked, "decline")).ok
    assert not links_in(microsoft.connector.stored)


async def test_of_a_thousand_others_nobody_gets_in(actors: Actors, reader: Reader):
    await actors.push()
    house, message = actors.office.service.house, await actors.invitation()
    value = find_button(actors.omar.card(message), "Open").data["value"]
    (link,) = links_behind(KeyRing(actors.office.settings.ring_keys, os.urandom), value)
    chance, opened = Random(1000), 0
    for _ in range(1000):
        near = list(OMAR)
        near[chance.choice([n for n, sign in enumerate(OMAR) if sign != "-"])] = chance.choice("0123456789abcdef")
        who = chance.choice([str(UUID(int=chance.getrandbits(128), version=4)), "".join(near), OMAR.upper(), LENA, JANE, "", OMAR + " "])
        where = chance.choice([Workspace("teams", TENANT), Workspace("teams", OTHER_TENANT), Workspace("slack", TENANT)])
        if (who, where) != (OMAR, Workspace("teams", TENANT)):
            opened += await house.engine.hand_out_ticket(link, Member(where, who)) is not None
    assert opened == 0
    assert await reader.read(await actors.open_in_chat()) == SECRET


async def test_a_hundred_others_who_press_hear_calm_words(actors: Actors):
    await actors.push()
    scene_card = find_button(actors.omar.card(await actors.invitation()), "Open").data
    activities, chance = actors.office.microsoft.stage.activities, Random(100)
    said = set()
    for _ in range(100):
        person = Person(str(UUID(int=chance.getrandbits(128), version=4)), "Somebody", "s@corp.test")
        chat = Conversation(f"a:{person.entra_id}", "personal", TENANT, [person.entra_id])
        value = {"action": {"type": "Action.Execute", "verb": "open", "data": scene_card}, "trigger": "manual"}
        answer = await sent(actors, activities.invoke("adaptiveCard/action", person, chat, value))
        said.add((answer.status, "not here any more, or it is for somebody else" in answer.text or answer.text))
    assert len(said) == 1
    assert not links_in(sorted(said))
    assert actors.office.service.house.metrics.count_of("ticket.minted") == 0


async def test_a_tenant_that_is_not_on_the_list_is_not_let_in(store_url: str, prefix: str):
    async with open_office(store_url=store_url, prefix=prefix, timing=IN_TESTS, PUSHPW_TEAMS_TENANTS=TENANT) as office:
        await settle_in(office)
        eve = office.microsoft.as_person(EVE)
        assert {answer.status for answer in await eve.installs()} == {403}
        assert (await eve.opens("push")).problem == "status 403"
        assert (await actors_in(office).push()).ok
