"""What does a gesture mean? One method for each thing a member can do in Slack.

Each method returns the body of the answer that Slack is waiting for (None: an empty 200). What
takes longer, or needs Slack's own API, goes through `later` and runs after the answer.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import structlog

from adapters.slack import button, parse, render
from adapters.slack.calls import Message, SlackCalls
from adapters.slack.form import DRAFT, DRAFT_SECONDS, RECORD, RECORD_SECONDS, SECRET_FIELD_MOST, Form
from adapters.slack.message_text import exact_text
from adapters.slack.people import People
from adapters.wording.catalog import Words, words_for
from adapters.wording.terms import (
    not_burned,
    not_opened,
    not_released,
    not_sent,
    not_sent_but_kept,
    not_sent_for_lack_of_room,
    on_hold,
    refusal,
)
from core.engine import Created, PushEngine
from core.errors import BadInput, Damaged, NotYours, OnHold, PushError, StoreFull, StoreUnavailable, TooMany, Undeliverable
from core.generator import generate
from core.identity import Member
from core.keyring import KeyRing
from core.link import Link, encode
from core.policy import settle_terms
from core.ports import RandomBytes, SealedRecords
from core.receipt import Receipt

log = structlog.get_logger(__name__)

Payload = Mapping[str, Any]
Answer = dict[str, Any] | None
Later = Callable[[Coroutine[Any, Any, None]], None]


class SlackHandlers:
    """The gestures of one Slack app."""

    def __init__(
        self,
        *,
        engine: PushEngine,
        records: SealedRecords,
        calls: SlackCalls,
        people: People,
        ring: KeyRing,
        random: RandomBytes,
        base_url: str,
        later: Later,
    ) -> None:
        self._engine = engine
        self._records = records
        self._calls = calls
        self._people = people
        self._ring = ring
        self._random = random
        self._base_url = base_url
        self._later = later

    # Commands and shortcuts ------------------------------------------------------------------

    async def command(self, payload: Payload) -> Answer:
        """`/pushpw ...`: answered empty at once, then the form opens or a line appears."""
        self._later(self._carry_out(payload, parse.command(payload.get("text") or "")))
        return None

    async def _carry_out(self, payload: Payload, wish: parse.Command) -> None:
        words = await self._people.words_of(payload["user_id"])
        match wish:
            case parse.Push():
                await self._open_wished(payload, words, wish)
            case parse.Mistake():
                await self._open_form(payload, words, secret=wish.text, notice="mistake")
            case parse.Burn():
                await self._say(payload, render.note(await self._burn_spoken(payload, words, wish.reference)))
            case parse.Help():
                await self._say(payload, render.help_text(words))
            case parse.Coming():
                await self._say(payload, render.note(_coming(words, wish.what)))

    async def _open_wished(self, payload: Payload, words: Words, wish: parse.Push) -> None:
        try:
            # Refused here already: a form that opens with other terms than the member typed would be a trap.
            settle_terms(self._engine.policy, wish.expires_in, wish.views)
        except BadInput as problem:
            await self._say(payload, render.note(refusal(words, problem, self._engine.policy)))
            return
        secret = generate(self._random) if wish.generate else ""
        form = Form("", wish.recipient, wish.expires_in, wish.views, notice="generated" if secret else "", secret=secret)
        await self._show_form(payload, words, form)

    async def shortcut(self, payload: Payload) -> Answer:
        """The global shortcut: the empty form."""
        self._later(self._open_from_shortcut(payload))
        return None

    async def _open_from_shortcut(self, payload: Payload) -> None:
        await self._show_form(payload, await self._people.words_of(payload["user"]["id"]), Form(""))

    async def message_shortcut(self, payload: Payload) -> Answer:
        """The shortcut "Push as one-time link" on a message: the form with the message's text in it."""
        self._later(self._open_from_message(payload))
        return None

    async def _open_from_message(self, payload: Payload) -> None:
        words = await self._people.words_of(payload["user"]["id"])
        found = exact_text(payload["message"])
        author = payload["message"].get("user") or ""
        acting = parse.member(payload)
        prefill = author not in ("", acting.id) and await self._people.may_receive(author, acting.workspace.id)
        notice = "changed" if found.changed else ""
        await self._open_form(payload, words, secret=found.text, recipient=author if prefill else "", notice=notice)

    async def _open_form(self, payload: Payload, words: Words, *, secret: str, recipient: str = "", notice: Any = "") -> None:
        draft_length = len(secret) if len(secret) > SECRET_FIELD_MOST else 0
        form = Form("", recipient, notice=notice, draft_length=draft_length, secret="" if draft_length else secret)
        await self._show_form(payload, words, form, draft=secret if draft_length else "")

    async def _show_form(self, payload: Payload, words: Words, form: Form, draft: str = "") -> None:
        form = replace(form, id=encode(self._random(16)))
        try:
            if draft:
                await self._records.keep(DRAFT, form.id, draft.encode("utf-8"), DRAFT_SECONDS)
            if response_url := payload.get("response_url"):
                await self._records.keep(RECORD, form.id, response_url.encode(), RECORD_SECONDS)
            await self._calls.open_view(payload["trigger_id"], render.form(words, self._engine.policy, form))
        except StoreUnavailable:
            await self._say(payload, render.note(not_sent(words)))
        except Undeliverable as problem:
            log.warning("form_not_opened", code=problem.reason)
            await self._say(payload, render.note(words.say("The form did not open, and nothing was sent. Try the command again.")))

    async def _say(self, payload: Payload, message: Message) -> None:
        response_url = payload.get("response_url")
        if not response_url:  # a global shortcut has none
            return
        try:
            await self._calls.respond(response_url, message)
        except Undeliverable as problem:
            log.warning("answer_not_delivered", code=problem.reason)

    def nothing_was_sent(self, payload: Payload) -> Answer:
        """The answer when the store is away before anything began. Without a store nobody's language is looked up."""
        words = words_for([])
        match payload.get("type"):
            case None:
                return {"response_type": "ephemeral", "text": not_sent(words)}
            case "view_submission" if payload["view"].get("callback_id") == render.VIEW_FORM:
                return _errors(payload["view"], "secret", not_sent_but_kept(words))
            case "shortcut" | "message_action":
                self._later(self._open_modal(payload, render.told(words, not_sent(words))))
            case "block_actions" if "view" not in payload:  # in a modal the same button can be pressed again
                not_done = {render.BURN: not_burned, render.RELEASE: not_released}.get(payload["actions"][0]["action_id"], not_opened)
                self._later(self._open_modal(payload, render.told(words, not_done(words))))
        return None

    async def _open_modal(self, payload: Payload, view: dict[str, Any]) -> None:
        try:
            await self._calls.open_view(payload["trigger_id"], view)
        except Undeliverable as problem:
            log.warning("modal_not_opened", code=problem.reason)

    # In the form -----------------------------------------------------------------------------

    async def generate_in_form(self, payload: Payload) -> Answer:
        """The button "Generate a strong one": the same form with a new secret in it."""
        form = Form.recalled(payload["view"]["private_metadata"])
        made = replace(form, edition=form.edition + 1, notice="generated", secret=generate(self._random))
        self._later(self._redraw(payload, made))
        return None

    async def more_options(self, payload: Payload) -> Answer:
        """The button "More options": the same form, unfolded. What was typed stays."""
        self._later(self._redraw(payload, replace(Form.recalled(payload["view"]["private_metadata"]), more=True)))
        return None

    async def _redraw(self, payload: Payload, form: Form) -> None:
        words = await self._people.words_of(payload["user"]["id"])
        view = payload["view"]
        try:
            await self._calls.update_view(view["id"], render.form(words, self._engine.policy, form), view.get("hash", ""))
        except Undeliverable as problem:
            log.warning("form_not_redrawn", code=problem.reason)

    async def submit_form(self, payload: Payload) -> Answer:
        """The form is sent: make the push, and let the form itself say what happened."""
        words = await self._people.words_of(payload["user"]["id"])
        view, sender = payload["view"], parse.member(payload)
        form = Form.recalled(view["private_metadata"])
        try:
            order = parse.order(view, form, sender, await self._draft_of(form))
            if order.recipient is not None:
                await self._people.check_recipient(order.recipient.id, sender.workspace.id)
            created = await self._engine.create(order)
        except StoreFull:
            log.warning("store_full", during="create")
            return _errors(view, "secret", not_sent_for_lack_of_room(words))
        except StoreUnavailable as trouble:
            log.warning("store_unavailable", during="create", cause=type(trouble.__cause__).__name__)
            return _errors(view, "secret", not_sent_but_kept(words))
        except BadInput as problem:
            return _errors(view, problem.field, refusal(words, problem, self._engine.policy))
        except TooMany as problem:
            return _errors(view, "secret", refusal(words, problem, self._engine.policy))
        except DraftForgotten:
            over = words.say(
                "The message was kept for 15 minutes, and these are over. Nothing was sent. Use the shortcut on the message again."
            )
            return _update(render.told(words, over))
        self._later(self._answer_in_place(created, form, words))
        if created.receipt.recipient is not None:
            return _update(render.created_bound(words, created.receipt, created.receipt.recipient))
        return _update(render.created_link(words, created.receipt, created.link.url(self._base_url)))

    async def _draft_of(self, form: Form) -> str | None:
        if not form.draft_length:
            return None
        kept = await self._records.read(DRAFT, form.id)
        if kept is None:
            raise DraftForgotten
        return kept.decode("utf-8")

    async def _answer_in_place(self, created: Created, form: Form, words: Words) -> None:
        """The link once more, where the command was typed, for a sender who will pass it on; the draft is forgotten."""
        await self._records.drop(DRAFT, form.id)
        if created.receipt.recipient is not None:
            return
        response_url = await self._records.take(RECORD, form.id)
        if response_url is not None:
            message = render.ephemeral_link(words, created.receipt, created.link.url(self._base_url))
            await self._say({"response_url": response_url.decode()}, message)

    async def close_result(self, payload: Payload) -> Answer:
        """The button "Done" under the link: nothing more to do, the modal closes."""
        return None

    # Open and burn ---------------------------------------------------------------------------

    async def open_push(self, payload: Payload) -> Answer:
        """Open in the recipient's DM: whoever pressed is checked, and gets a ticketed link."""
        self._later(self._open_checked(payload))
        return None

    async def _open_checked(self, payload: Payload) -> None:
        words = await self._people.words_of(payload["user"]["id"])
        try:
            link = self._link_behind(payload["actions"][0]["value"])
            ticketed = await self._engine.hand_out_ticket(link, parse.member(payload)) if link else None
        except StoreUnavailable:
            log.warning("push_not_opened", cause="store")
            view = render.told(words, not_opened(words))
        except OnHold:
            view = render.told(words, on_hold(words))
        else:
            gone = words.say("This secret is gone, or it is for somebody else. If you still need it, ask the sender for a new one.")
            view = render.open_in_browser(words, ticketed.url(self._base_url)) if ticketed else render.told(words, gone)
        await self._open_modal(payload, view)

    def _link_behind(self, value: str) -> Link | None:
        """The link of an Open button; None when its seal key has left the ring, so that it opens nothing any more."""
        try:
            return button.link_in(self._ring, value)
        except Damaged:
            log.warning("push_not_opened", cause="button")
            return None

    async def opened_in_browser(self, payload: Payload) -> Answer:
        """The URL button was pressed: Slack cannot close the modal, so it says that it may be closed."""
        self._later(self._say_opened(payload))
        return None

    async def _say_opened(self, payload: Payload) -> None:
        words = await self._people.words_of(payload["user"]["id"])
        try:
            await self._calls.update_view(
                payload["view"]["id"], render.told(words, words.say("Opened in your browser. You can close this."))
            )
        except Undeliverable as problem:
            log.info("modal_not_updated", code=problem.reason)

    async def burn_push(self, payload: Payload) -> Answer:
        """Burn on the receipt card, already confirmed. The card itself shows that it is done."""
        self._later(self._act_on_card(payload, self._engine.burn, "burn_refused", not_burned))
        return None

    async def release_push(self, payload: Payload) -> Answer:
        """Release on the receipt card of a held push, already confirmed."""
        self._later(self._act_on_card(payload, self._engine.release, "release_refused", not_released))
        return None

    async def _act_on_card(
        self, payload: Payload, act: Callable[[str, Member], Awaitable[Receipt]], refused: str, not_done: Callable[[Words], str]
    ) -> None:
        try:
            await act(payload["actions"][0]["value"], parse.member(payload))
        except PushError as problem:
            log.info(refused, code=problem.code)
        except StoreUnavailable:
            words = await self._people.words_of(payload["user"]["id"])
            await self._say(payload, render.note(not_done(words)))

    async def _burn_spoken(self, payload: Payload, words: Words, reference: str) -> str:
        sender = parse.member(payload)
        try:
            match reference:
                case "":
                    return words.say("Say which: `/pushpw burn` and the reference on your receipt, or `/pushpw burn all`.")
                case "all":
                    burned = await self._engine.burn_all(sender)
                    return words.count("{n} secret was burned.", "{n} secrets were burned.", len(burned))
                case _:
                    receipt = await self._engine.burn(reference, sender)
                    return render.state_line(words, receipt)
        except NotYours:
            return words.say("You have no secret with that reference. You find it on your receipt in the conversation with this app.")
        except StoreUnavailable:
            return not_burned(words)


class DraftForgotten(Exception):
    """The sealed draft of a long message outlived its quarter of an hour."""


def _update(view: dict[str, Any]) -> Answer:
    """`view` in place of the form."""
    return {"response_action": "update", "view": view}


def _errors(view: Payload, field: str, text: str) -> Answer:
    """The form again, with `text` under the field, and all that was typed still in it."""
    blocks = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    at = next((block_id for block_id in blocks if block_id.split("_")[0] == field), blocks[0])
    return {"response_action": "errors", "errors": {at: text}}


def _coming(words: Words, what: str) -> str:
    match what:
        case "request":
            return words.say("Asking somebody for a secret is coming. Until then, ask them to use `/pushpw` with your name.")
        case "list":
            return words.say("The list of your secrets is coming. Until then, your receipts are in the conversation with this app.")
        case "settings":
            return words.say("Your own settings are coming. Until then, choose the terms in the form under “More options”.")
        case _:
            return words.say("Several people and groups are coming. Until then, push the secret to one person at a time.")
