"""A Home tab, forms and messages with everything that a page has to show; beside the example app, whose gestures it leaves alone."""

import json
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from tests.playground.example_app import ExampleApp, button, option, plain

ROWS = [f"Push {number}" for number in range(1, 8)]
PER_PAGE = 3
SURE = {"title": plain("Really?"), "text": plain("It cannot be undone."), "confirm": plain("Yes"), "deny": plain("No")}
TEAMS = [option("Operations", "ops"), option("Developers", "dev"), option("Office", "office")]
TEXT = "  two spaces\n\ttab * _not slanted_ &amp; <b>\n"


def words(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def field(name: str, kind: str, block: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """An input block whose label is `name`; its element's action id is the kind."""
    element = {"type": kind, "action_id": kind, **more}
    return {"type": "input", "block_id": name.lower(), "optional": True, "label": plain(name), "element": element, **(block or {})}


def modal(title: str, *blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "callback_id": "many", "title": plain(title), "submit": plain("Go"), "blocks": list(blocks), **more}


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **more}


def row(name: str) -> dict[str, Any]:
    menu = {
        "type": "overflow",
        "action_id": "row",
        "confirm": SURE,
        "options": [option("Burn", f"burn {name}"), option("Extend", f"extend {name}")],
    }
    return {"type": "section", "block_id": f"row-{name}", "text": words(f"*{name}*\nWaiting"), "accessory": menu}


def home(page: int = 0, note: str = "Nothing pressed yet.") -> dict[str, Any]:
    """The Home tab: a first button, settings, a page of rows, and the buttons that turn it."""
    last = (len(ROWS) - 1) // PER_PAGE
    turn = [button("Back", "turn-back", str(page - 1))] if page else []
    turn += [button("Next", "turn-next", str(page + 1))] if page < last else []
    language = {
        "type": "static_select",
        "action_id": "language",
        "placeholder": plain("Language"),
        "options": [option("English", "en"), option("German", "de")],
    }
    notices = {
        "type": "checkboxes",
        "action_id": "notices",
        "options": [option("When it is opened", "opened"), option("When it expires", "expired")],
    }
    reveal = {
        "type": "radio_buttons",
        "action_id": "reveal",
        "confirm": SURE,
        "options": [option("On the page", "page"), option("In the chat", "chat")],
        "initial_option": option("On the page", "page"),
    }
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain("Secrets that are read once")},
            actions(button("New push", "new", "n", style="primary"), button("Privacy", "privacy", "p", url="http://127.0.0.1:1/privacy")),
            {"type": "divider"},
            *[row(name) for name in ROWS[page * PER_PAGE : (page + 1) * PER_PAGE]],
            actions(*turn, block_id="turn"),
            {"type": "context", "elements": [words(f"Page {page + 1} of {last + 1}. {note}")]},
            {"type": "divider"},
            {"type": "section", "text": words("*Settings*"), "accessory": language},
            actions(notices, block_id="notices"),
            actions(reveal, block_id="reveal"),
            {"type": "section", "fields": [words("*Pushes*\n7"), words("*Opened*\n3")]},
        ],
    }


def everything() -> dict[str, Any]:
    """A form with one of each element that a form may have."""
    grouped = [{"label": plain("Teams"), "options": TEAMS[:2]}, {"label": plain("Places"), "options": TEAMS[2:]}]
    return modal(
        "Everything",
        field("Recipients", "multi_users_select", max_selected_items=2),
        field("Person", "users_select"),
        field("Group", "external_select", min_query_length=1),
        field("Groups", "multi_external_select", min_query_length=0, initial_options=[option("Night shift", "night")]),
        field("Kind", "static_select", option_groups=grouped, confirm=SURE),
        field("Kinds", "multi_static_select", options=TEAMS, max_selected_items=2),
        field("Views", "number_input", is_decimal_allowed=False, min_value="1", max_value="10"),
        field("Until", "datetimepicker", initial_date_time=1_790_000_000),
        field("Search", "plain_text_input", {"dispatch_action": True, "hint": plain("Press Enter.")}),
        field("Notes", "rich_text_input"),
        {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": TEXT}]}]},
        {"type": "image", "alt_text": "a sealed envelope", "image_url": "https://pictures.test/envelope.png"},
    )


class HomeApp(ExampleApp):
    """The example app with a full Home tab. `told` holds what each further gesture carried: action id and what was chosen."""

    def _listen(self) -> None:
        self.told: list[tuple[str, Any]] = []
        super()._listen()
        for action in ("turn-back", "turn-next"):
            self.bolt.action(action)(self._turn)
        for action in ("row", "language", "notices", "reveal", "privacy", "plain_text_input", "ask"):
            self.bolt.action(action)(self._hear)
        self.bolt.action("new")(self._new)
        self.bolt.action("deeper")(self._deeper)
        for kind in ("external_select", "multi_external_select"):
            self.bolt.options(kind)(self._offer)
        self.bolt.view("many")(self._done)

    async def _home(self, event: dict[str, Any], client: AsyncWebClient, body: dict[str, Any]) -> None:
        self.seen.append(body)
        await client.views_publish(user_id=event["user"], view=home())

    async def _turn(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_publish(user_id=body["user"]["id"], view=home(int(body["actions"][0]["value"])))

    async def _hear(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        action = body["actions"][0]
        chosen = action.get("selected_option") or action.get("selected_options") or action.get("value")
        self.told.append((action["action_id"], chosen))
        if body.get("view", {}).get("type") == "home":
            note = chosen["value"] if isinstance(chosen, dict) else json.dumps(chosen)
            await client.views_publish(user_id=body["user"]["id"], view=home(note=f"Heard: {note}."))

    async def _new(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal("First", actions(button("Deeper", "deeper", "2"))))

    async def _deeper(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        depth = int(body["actions"][0]["value"])
        more = [actions(button("Deeper", "deeper", str(depth + 1)))] if depth < 3 else []
        said = {"type": "section", "text": words(f"Depth {depth}.")}
        await client.views_push(trigger_id=body["trigger_id"], view=modal(f"Depth {depth}", said, *more))

    async def _offer(self, ack: Any, body: dict[str, Any]) -> None:
        found = [each for each in TEAMS if body["value"].lower() in each["text"]["text"].lower()]
        if body["action_id"] == "external_select":
            await ack(options=found)
        else:
            await ack(option_groups=[{"label": plain("Groups"), "options": found}])

    async def _done(self, ack: Any, body: dict[str, Any]) -> None:
        self.seen.append(body)
        await ack()
