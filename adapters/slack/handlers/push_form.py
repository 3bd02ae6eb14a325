"""How is a push made from Slack? The form: opened, unfolded, filled by the generator, and sent."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import structlog

from adapters.choice import Choice
from adapters.crossing import with_those_across
from adapters.slack import parse
from adapters.slack.desk import Desk
from adapters.slack.form import DRAFT, DRAFT_SECONDS, RECORD, RECORD_SECONDS, SECRET_FIELD_MOST, Form
from adapters.slack.gestures import MESSAGE_SHORTCUT, SHORTCUT, Answer, Gestures, Payload
from adapters.slack.handlers.originals import OriginalHandlers
from adapters.slack.handlers.submission import Submission, errors_at, refused_in, told_why_not, updated
from adapters.slack.message_text import exact_text
from adapters.slack.render.answers import note
from adapters.slack.render.blocks import VIEW_DONE, told
from adapters.slack.render.form import ABOUT, GENERATE, GROUPS, MORE, RECIPIENT, VIEW_FORM, group_options
from adapters.slack.render.form import form as form_view
from adapters.slack.render.outcome import created_bound, created_each, created_link, ephemeral_link
from adapters.slack.render.recipients import left_out_lines, lines_about, refused_names
from adapters.submission import DraftForgotten, TooSlow, draft_of
from adapters.wording.catalog import Words
from adapters.wording.terms import not_sent
from core.creation import RECIPIENTS_MOST, Created, Order, Recipient
from core.errors import BadInput, StoreUnavailable, TooMany, Undeliverable
from core.generator import generate
from core.identity import Member
from core.link import encode
from core.once import KEY_BYTES
from core.policy import Policy, settle_terms
from core.receipt import Receipt

LEFT_OUT_MOST = 20

log = structlog.get_logger(__name__)


class PushFormHandlers:
    """The form for a new push."""

    def __init__(self, desk: Desk, originals: OriginalHandlers) -> None:
        self._desk = desk
        self._originals = originals

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(
            actions={
                GENERATE: self.generate_in_form,
                MORE: self.more_options,
                RECIPIENT: self.recipients_chosen,
                GROUPS: self.recipients_chosen,
            },
            views={VIEW_FORM: self.submit_form, VIEW_DONE: self.close_result},
            shortcuts={SHORTCUT: self.shortcut, MESSAGE_SHORTCUT: self.message_shortcut},
            options={GROUPS: self.suggest_groups},
        )

    # Opened ----------------------------------------------------------------------------------

    async def open_wished(self, payload: Payload, words: Words, wish: parse.Push) -> None:
        """`/pushpw [generate] [@jane] [1d] [3 views]`: the form, with what was said in it."""
        try:
            policy = await self._desk.policy_for(payload)
            # Refused here already: a form that opens with other terms than the member typed would be a trap.
            settle_terms(policy, wish.expires_in, wish.views)
            people, left_out = await self._typed_people(parse.member(payload), policy, wish)
        except BadInput as problem:
            await self._desk.say(payload, note(told_why_not(words, problem, policy)))
            return
        except StoreUnavailable:
            await self._desk.say(payload, note(not_sent(words)))
            return
        secret = generate(self._desk.random) if wish.generate else ""
        form = Form("", people, wish.expires_in, wish.views, notice="generated" if secret else "", secret=secret, left_out=left_out)
        await self._show(payload, words, form)

    async def _typed_people(self, sender: Member, policy: Policy, wish: parse.Push) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """Whom to fill in, and who of the groups is left out. Raises BadInput."""
        if not wish.groups:
            if len(wish.recipients) > RECIPIENTS_MOST:
                raise BadInput("recipient", "too_many")
            return wish.recipients, ()
        # Who is in a group is settled here, where the member still sees it and may take somebody out.
        choice = await self._desk.recipients.choice(sender, policy, wish.recipients, wish.groups)
        return tuple(each.id for each in choice.people), choice.left_out[:LEFT_OUT_MOST]

    async def shortcut(self, payload: Payload) -> Answer:
        """The global shortcut: the empty form."""
        self._desk.later(self._open_from_shortcut(payload))
        return None

    async def _open_from_shortcut(self, payload: Payload) -> None:
        await self._show(payload, await self._desk.words_for(payload), Form(""))

    async def message_shortcut(self, payload: Payload) -> Answer:
        """The shortcut "Push as one-time link" on a message: the form with the message's text in it."""
        self._desk.later(self._open_from_message(payload))
        return None

    async def _open_from_message(self, payload: Payload) -> None:
        words = await self._desk.words_for(payload)
        found = exact_text(payload["message"])
        author = await self._author_of(payload)
        form = Form("", (author,) if author else (), notice="changed" if found.changed else "")
        await self.open_with(payload, words, found.text, form)

    async def _author_of(self, payload: Payload) -> str:
        """Who wrote the message, if that is somebody else who may be sent to."""
        author, acting = payload["message"].get("user") or "", parse.member(payload)
        if author in ("", acting.id):
            return ""
        try:
            policy = await self._desk.policy_for(payload)
        except StoreUnavailable:
            return ""
        return author if await self._desk.recipients.may_receive(author, acting, policy) else ""

    async def open_with(self, payload: Payload, words: Words, secret: str, form: Form) -> None:
        """The form with a secret in it; one that does not fit the field becomes a sealed draft."""
        # Counted as browsers count, where some characters are two: a field that is too short would open no form at all.
        draft_length = len(secret) if len(secret.encode("utf-16-le")) // 2 > SECRET_FIELD_MOST else 0
        form = replace(form, draft_length=draft_length, secret="" if draft_length else secret)
        await self._show(payload, words, form, draft=secret if draft_length else "")

    async def open_again(self, payload: Payload, words: Words, receipt: Receipt) -> None:
        """The form for a push like an earlier one: its person, terms and label, as far as the policy still has them. Raises StoreUnavailable."""
        policy = await self._desk.policy_for(payload)
        # Two clocks and an extension stand between what was chosen and what is known: the nearest that is offered.
        lived = (receipt.expires_at - receipt.created_at) / 1000
        expires_in = min(policy.offered_expiries(), key=lambda offered: abs(offered - lived))
        recipient = receipt.recipient
        people = (recipient.id,) if recipient and recipient.workspace.platform == "slack" else ()
        across = recipient.address if recipient and not people else ""
        views = min(receipt.views, policy.most_views)
        again = Form("", people, expires_in, views, more=True, notice="again", label=receipt.label, across=across)
        await self._show(payload, words, again)

    async def _show(self, payload: Payload, words: Words, form: Form, draft: str = "") -> None:
        form = replace(form, id=encode(self._desk.random(16)), lock=encode(self._desk.random(KEY_BYTES)))
        try:
            if draft:
                await self._desk.records.keep(DRAFT, form.id, draft.encode("utf-8"), DRAFT_SECONDS)
            if response_url := payload.get("response_url"):
                await self._desk.records.keep(RECORD, form.id, response_url.encode(), RECORD_SECONDS)
            liked, policy = await self._desk.preferences.of(parse.member(payload)), await self._desk.policy_for(payload)
            form = replace(
                form,
                expires_in=form.expires_in or liked.expiry_within(policy),
                views=form.views or liked.views_within(policy),
            )
            await self._originals.remember(payload, form.id)
            view = await self._drawn(payload, words, form)
            calls = await self._desk.switchboard.to(parse.installed_in(payload))
            await calls.open_view(payload["trigger_id"], view)
        except StoreUnavailable:
            await self._desk.say(payload, note(not_sent(words)))
        except Undeliverable as problem:
            log.warning("form_not_opened", code=problem.reason)
            await self._desk.say(payload, note(words.say("The form did not open, and nothing was sent. Try the command again.")))

    # Changed ---------------------------------------------------------------------------------

    async def generate_in_form(self, payload: Payload) -> Answer:
        """The button "Generate a strong one": the same form with a new secret in it."""
        form = Form.recalled(payload["view"]["private_metadata"])
        made = replace(form, edition=form.edition + 1, notice="generated", secret=generate(self._desk.random))
        self._desk.later(self._redraw(payload, made))
        return None

    async def more_options(self, payload: Payload) -> Answer:
        """The button "More options": the same form, unfolded. What was typed stays."""
        self._desk.later(self._redraw(payload, replace(Form.recalled(payload["view"]["private_metadata"]), more=True)))
        return None

    async def recipients_chosen(self, payload: Payload) -> Answer:
        """People or groups were chosen: the same form, with what is to say about them."""
        self._desk.later(self._redraw(payload, Form.recalled(payload["view"]["private_metadata"]), if_news=True))
        return None

    async def suggest_groups(self, payload: Payload) -> Answer:
        """The groups that fit to what is typed."""
        found = await self._desk.groups.offered(parse.member(payload).workspace, payload["value"])
        return group_options([(group.id, f"@{group.handle} ({group.name})") for group in found])

    async def _redraw(self, payload: Payload, form: Form, *, if_news: bool = False) -> None:
        words = await self._desk.words_for(payload)
        try:
            view = await self._drawn(payload, words, form)
        except StoreUnavailable:
            log.warning("form_not_redrawn", code="store")
            return
        if not if_news or _said_about(view) != _said_about(payload["view"]):
            await self._desk.redraw(payload, view)

    async def _drawn(self, payload: Payload, words: Words, form: Form) -> dict[str, Any]:
        """The form as it should look now, with what is to say about those who are chosen in it. Raises StoreUnavailable."""
        policy, sender = await self._desk.policy_for(payload), parse.member(payload)
        shown = payload.get("view")
        chosen, groups = parse.chosen_in(shown) if shown else (form.recipients, ())
        # A form that has the field keeps it, whatever Slack says now: what was chosen in it would be lost.
        has_groups = any(block["block_id"] == GROUPS for block in shown["blocks"]) if shown else None
        about, offers_groups, across = await asyncio.gather(
            self._about(words, policy, sender, chosen, groups),
            self._desk.groups.may_be_seen_in(sender.workspace),
            self._desk.bridge.leads_to(sender),
        )
        about += left_out_lines(words, form.left_out)
        return form_view(words, policy, form, about, offers_groups=offers_groups if has_groups is None else has_groups, across=across)

    async def _about(self, words: Words, policy: Policy, sender: Member, chosen: Sequence[str], groups: Sequence[str]) -> list[str]:
        try:
            return lines_about(words, await self._desk.recipients.choice(sender, policy, chosen, groups))
        except BadInput as problem:
            return [told_why_not(words, problem, policy)]

    # Sent ------------------------------------------------------------------------------------

    async def submit_form(self, payload: Payload) -> Answer:
        """The form is sent: make the push, and let the form itself say what happened. Pressed again, it says the same."""
        sent, form = Submission(self._desk, payload), Form.recalled(payload["view"]["private_metadata"])
        if not form.lock:  # opened by an older edition of this program
            return await self._submitted(sent, form)
        return await sent.once(lambda: self._submitted(sent, form), lock=form.lock)

    async def _submitted(self, sent: Submission, form: Form) -> Answer:
        words, view, policy = await sent.words(), sent.view, self._desk.policies.of_installation
        try:
            async with sent.looking_up():
                policy = await self._desk.policy_for(sent.payload)
                order = parse.order(view, form, sent.sender, await draft_of(self._desk.records, DRAFT, form.id, form.draft_length))
                choice = await self._desk.recipients.choice(sent.sender, policy, *parse.chosen_in(view))
            if choice.refused:
                return errors_at(view, RECIPIENT, refused_names(words, choice.refused, policy))
            order, people = await self._with_those_across(sent, order, choice)
            created = await self._desk.engine.create_each(order, people)
        except DraftForgotten:
            over = words.say(
                "The message was kept for 15 minutes, and these are over. Nothing was sent. Use the shortcut on the message again."
            )
            return updated(told(words, over))
        except (TooSlow, StoreUnavailable, BadInput, TooMany) as problem:
            return refused_in(view, words, problem, policy)
        self._desk.later(self._answer_in_place(created[0], form, words))
        made = _made(words, created, left_out_lines(words, choice.left_out), self._desk.base_url)
        return updated(await self._originals.below(made, sent.payload, form.id, words, policy))

    async def _with_those_across(self, sent: Submission, order: Order, choice: Choice) -> tuple[Order, list[Recipient]]:
        people = [Recipient(each.member, each.standing) for each in choice.people]
        async with sent.looking_up():
            typed = parse.typed_addresses(sent.view)
            return await with_those_across(self._desk.engine, self._desk.bridge, order, people, typed)

    async def _answer_in_place(self, created: Created, form: Form, words: Words) -> None:
        """The link once more, where the command was typed, for a sender who will pass it on; the draft is forgotten."""
        await self._desk.records.drop(DRAFT, form.id)
        if created.receipt.recipient is not None:
            return
        response_url = await self._desk.records.take(RECORD, form.id)
        if response_url is not None:
            message = ephemeral_link(words, created.receipt, created.link.url(self._desk.base_url))
            await self._desk.answer_at(response_url.decode(), message)

    async def close_result(self, payload: Payload) -> Answer:
        """The button "Done" under the link: nothing more to do, the modal closes."""
        return None


def _made(words: Words, created: Sequence[Created], more: Sequence[str], base_url: str) -> dict[str, Any]:
    first = created[0]
    if len(created) > 1:
        return created_each(words, [each.receipt for each in created], more)
    if first.receipt.recipient is not None:
        return created_bound(words, first.receipt, first.receipt.recipient, more)
    return created_link(words, first.receipt, first.link.url(base_url))


def _said_about(view: Payload) -> list[str]:
    """What a drawn form says about those who are chosen in it."""
    return [element.get("text", "") for block in view["blocks"] if block.get("block_id") == ABOUT for element in block.get("elements", [])]
