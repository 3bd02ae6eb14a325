"""How does a push come about? The form that opens, changes, and is sent."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import structlog

from adapters import button
from adapters.choice import Choice, Chosen
from adapters.commands import Push
from adapters.crossing import with_those_across
from adapters.submission import DraftForgotten, TooSlow, draft_of
from adapters.teams import parse
from adapters.teams.desk import Desk
from adapters.teams.form import DRAFT, DRAFT_SECONDS, SECRET_FIELD_MOST, Form, Where
from adapters.teams.gestures import AGAIN, PUSH, PUSH_MESSAGE, Answer, Gestures, Payload
from adapters.teams.handlers.submission import Said, Submission, remarks_on, submitted
from adapters.teams.message_text import exact_text
from adapters.teams.render.answers import dialog, dialog_says, in_compose
from adapters.teams.render.blocks import Card, told
from adapters.teams.render.created import created as created_card
from adapters.teams.render.created import created_link
from adapters.teams.render.form import GENERATE, LINES, Remarks, form_title, push_form
from adapters.teams.render.recipients import lines_about, refused_names
from adapters.teams.render.share import share_card
from adapters.teams.render.waiting import form_waits
from adapters.wording.catalog import Words
from adapters.wording.terms import not_sent, opened_long_ago, refusal
from core.bridge import FIELD as ACROSS
from core.creation import Created, Order, Recipient
from core.errors import BadInput, NotYours, StoreUnavailable, TooMany, Undeliverable
from core.generator import generate
from core.identity import Member
from core.policy import Policy, Standing, settle_terms

log = structlog.get_logger(__name__)


class PushFormHandlers:
    """The dialog "Push a secret", however it is opened."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(
            openings={PUSH: self.open, PUSH_MESSAGE: self.open_from_message, AGAIN: self.open_again},
            submits={PUSH: self.submit, PUSH_MESSAGE: self.submit, AGAIN: self.submit},
        )

    # Opened ----------------------------------------------------------------------------------

    async def open(self, payload: Payload) -> Answer:
        """The empty form or, behind a card's button, the one that was prepared."""
        sealed = parse.given(parse.values(payload), "form")
        if not sealed:
            return await self._show(payload, Form(""))
        waiting = await submitted(self._desk, payload)
        return await self._show(payload, waiting.form) if isinstance(waiting, Submission) else waiting

    async def open_from_message(self, payload: Payload) -> Answer:
        """The form with a message's text in it, for its author if that is somebody else."""
        message = parse.chosen_message(payload)
        if message is None:
            return await self._show(payload, Form(""))
        found, author = exact_text(message.content), message.author
        form = Form("", dialog=PUSH_MESSAGE, notice="changed" if found.changed else "", several_lines=True)
        if author not in ("", parse.member(payload).id):
            with suppress(StoreUnavailable):
                choice = await self._choice(payload, await self._desk.policy_for(payload), [author])
                form = _for(form, _allowed(choice))
        return await self._show(payload, form, found.text)

    async def open_again(self, payload: Payload) -> Answer:
        """The form for a push like an earlier one: its person, terms and label, as far as the policy still has them."""
        words = await self._desk.words_for(payload)
        try:
            reference = parse.given(parse.values(payload), "reference")
            receipt = await self._desk.engine.receipt_for(reference, parse.member(payload))
            policy = await self._desk.policy_for(payload)
        except NotYours:
            return dialog_says(words, words.say("Only who pushed this secret can do that."))
        except StoreUnavailable:
            return dialog_says(words, not_sent(words))
        lived = (receipt.expires_at - receipt.created_at) / 1000
        expires_in = min(policy.offered_expiries(), key=lambda offered: abs(offered - lived))
        recipient = receipt.recipient
        people = (recipient.id,) if recipient and recipient.workspace.platform == "teams" else ()
        across = recipient.address if recipient and not people else ""
        views = min(receipt.views, policy.most_views)
        again = Form("", dialog=AGAIN, recipients=people, expires_in=expires_in, views=views, notice="again", label=receipt.label)
        again = replace(again, across=across, names=tuple((await self._desk.names_in(receipt)).items()))
        return await self._show(payload, again)

    async def spoken(self, payload: Payload, words: Words, wish: Push) -> Card:
        """`push [@jane] [1d]`, `generate`: a card whose button opens the form with what was said in it."""
        policy = self._desk.policies.of_installation
        try:
            policy = await self._desk.policy_for(payload)
            # Refused here already: a form that opens with other terms than the member typed would be a trap.
            settle_terms(policy, wish.expires_in, wish.views)
            choice = await self._choice(payload, policy, wish.recipients)
        except (BadInput, TooMany) as problem:
            return told(words, refusal(words, problem, policy))
        except StoreUnavailable:
            return told(words, not_sent(words))
        if choice.refused:
            return told(words, refused_names(words, choice.refused, policy))
        form = _for(Form("", expires_in=wish.expires_in, views=wish.views), _allowed(choice))
        form = replace(form, notice="generated") if wish.generate else form
        sealed, names = form.sealed(self._desk.ring, parse.member(payload)), [name for _, name in form.names]
        return form_waits(words, sealed, names, generated=wish.generate)

    async def _show(self, payload: Payload, form: Form, secret: str = "") -> Answer:
        """A new dialog with this form in it."""
        words, sender = await self._desk.words_for(payload), parse.member(payload)
        drafted = len(secret.encode("utf-16-le")) // 2 > SECRET_FIELD_MOST  # counted as browsers count, where some characters are two
        made = generate(self._desk.random) if form.notice == "generated" else secret
        form = replace(
            form.opened(self._desk.random, self._desk.clock()),
            draft_length=len(secret) if drafted else 0,
            secret="" if drafted else made,
            several_lines=form.several_lines or form.notice == "generated",
        )
        try:
            if drafted:
                await self._desk.records.keep(DRAFT, form.id, secret.encode("utf-8"), DRAFT_SECONDS)
            await self._desk.conversations.opened(form.id, payload)
            liked, policy = await self._desk.preferences.of(sender), await self._desk.policy_for(payload)
            here = parse.conversation(payload).spelled() if await self._may_share_here(payload) else ""
            crosses_to = await self._desk.bridge.leads_to(sender)
        except StoreUnavailable:
            log.warning("store_unavailable", during="open form")
            return dialog_says(words, not_sent(words))
        form = replace(
            form,
            conversation=here,
            crosses_to=crosses_to,
            expires_in=form.expires_in or liked.expiry_within(policy),
            views=form.views or liked.views_within(policy),
        )
        return self._drawn(words, policy, form, payload)

    async def _may_share_here(self, payload: Payload) -> bool:
        """Whether a card put into the box where they write would work: written in a conversation that the app is in."""
        return parse.from_composer(payload) and parse.conversation(payload).shared and await self._desk.replies.is_in(payload)

    def _drawn(self, words: Words, policy: Policy, form: Form, payload: Payload, remarks: Remarks | None = None) -> Answer:
        sealed = form.sealed(self._desk.ring, parse.member(payload))
        return dialog(form_title(words), push_form(words, policy, form, sealed, dict(form.names), remarks))

    # Sent ------------------------------------------------------------------------------------

    async def submit(self, payload: Payload) -> Answer:
        """A button of the form: make a secret, show what is typed, or push it."""
        sent = await submitted(self._desk, payload)
        if not isinstance(sent, Submission):
            return sent
        if sent.act in (GENERATE, LINES):
            return await self._changed(sent)
        return await sent.once(lambda: self._submitted(sent), lambda said: self._as_typed(sent, said))

    async def _as_typed(self, sent: Submission, said: str) -> Answer:
        words, policy = await sent.words(), self._desk.policies.of_installation
        return self._drawn(words, policy, _with_what_was_typed(sent), sent.payload, Remarks(said))

    async def _changed(self, sent: Submission) -> Answer:
        words, policy = await sent.words(), self._desk.policies.of_installation
        form, remarks = _with_what_was_typed(sent), None
        try:
            async with sent.looking_up():
                policy = await self._desk.policy_for(sent.payload)
                choice = await self._choice(sent.payload, policy, form.recipients)
                form, remarks = _for(form, choice.people), Remarks(about=lines_about(words, choice))
        except (TooSlow, StoreUnavailable, BadInput):
            log.warning("form_not_looked_up")  # what is wrong with it is said when it is sent
        if sent.act == GENERATE:
            form = replace(form, secret=generate(self._desk.random), notice="generated")
        return self._drawn(words, policy, replace(form, several_lines=True), sent.payload, remarks)

    async def _submitted(self, sent: Submission) -> Said:
        words, policy, form = await sent.words(), self._desk.policies.of_installation, _with_what_was_typed(sent)
        try:
            async with sent.looking_up():
                policy = await self._desk.policy_for(sent.payload)
                order = parse.order(
                    sent.values,
                    sent.sender,
                    form.id,
                    expires_in=form.expires_in,
                    views=form.views,
                    draft=await draft_of(self._desk.records, DRAFT, form.id, form.draft_length),
                )
                choice = await self._choice(sent.payload, policy, parse.chosen_in(sent.values, "recipients"))
                form = _for(form, choice.people)
            if form.is_old(self._desk.clock()):
                form = form.opened(self._desk.random, self._desk.clock())
                await self._desk.conversations.opened(form.id, sent.payload)
                return self._again(words, policy, form, sent, Remarks(opened_long_ago(words)))
            if choice.refused:
                return self._again(words, policy, form, sent, Remarks(refused_names(words, choice.refused, policy), "recipients"))
            if unheard := [each for each in choice.people if each.standing is not Standing.MEMBER and each.id not in form.warned]:
                form = replace(form, warned=tuple(each.id for each in choice.people))
                about = lines_about(words, Choice(tuple(unheard)))
                return self._again(
                    words, policy, form, sent, Remarks(words.say("Press “Push it” again if that is right."), "recipients", about)
                )
            here = form.where == "here" and bool(choice.people)
            order, people = await self._with_those_across(sent, replace(order, by_sender=here), choice)
            created = await self._desk.engine.create_each(order, people)
        except DraftForgotten:
            over = words.say(
                "The message was kept for 15 minutes, and these are over. Nothing was sent. Use the action on the message again."
            )
            return Said(dialog_says(words, over), done=False)
        except (TooSlow, StoreUnavailable, BadInput, TooMany) as problem:
            return self._again(words, policy, form, sent, remarks_on(words, problem, policy))
        self._desk.later(self._desk.records.drop(DRAFT, form.id))
        return Said(await self._made(words, created, sent, here=here), done=True)

    async def _with_those_across(self, sent: Submission, order: Order, choice: Choice) -> tuple[Order, list[Recipient]]:
        typed, people = parse.given(sent.values, "email"), [Recipient(each.member, each.standing) for each in choice.people]
        if typed.strip() and order.by_sender:
            raise BadInput(ACROSS, "here")
        async with sent.looking_up():
            return await with_those_across(self._desk.engine, self._desk.bridge, order, people, typed)

    def _again(self, words: Words, policy: Policy, form: Form, sent: Submission, remarks: Remarks) -> Said:
        return Said(self._drawn(words, policy, form, sent.payload, remarks), done=False)

    async def _made(self, words: Words, created: Sequence[Created], sent: Submission, *, here: bool) -> Answer:
        receipts = [each.receipt for each in created]
        names = await self._desk.names_in(*receipts)
        if here:
            value = button.sealed_links(self._desk.ring, [each.link for each in created])
            return in_compose(share_card(words, receipts, names, value))
        unreachable = await self._unreachable([sent.sender, *(each.recipient for each in receipts)], sent)
        if receipts[0].recipient is None:
            url = created[0].link.url(self._desk.base_url)
            return dialog(form_title(words), created_link(words, receipts[0], url, unreachable=unreachable))
        return dialog(form_title(words), created_card(words, receipts, names, unreachable=unreachable, here=_is_among_others(sent)))

    async def _unreachable(self, members: Sequence[Member | None], sent: Submission) -> set[str]:
        """Ids of those whom the app cannot write to, as far as that is known at once; the receipt will say it of others."""
        found: set[str] = set()

        async def look(member: Member) -> None:
            # The push is made: whatever goes wrong in here must not be heard as if it were not.
            with suppress(Undeliverable, StoreUnavailable):
                if not await self._desk.chats.reaches(member):
                    found.add(member.id)

        with suppress(TooSlow):
            async with sent.looking_up():
                # Of whom is in another chat nobody here knows.
                await asyncio.gather(*(look(each) for each in members if each is not None and each.workspace.platform == "teams"))
        return found

    async def _choice(self, payload: Payload, policy: Policy, ids: Sequence[str]) -> Choice:
        """Who they are. The conversation at hand may know people whom nobody else has told of. Raises BadInput, StoreUnavailable."""
        return await self._desk.recipients.choice(parse.member(payload), policy, ids, parse.conversation(payload).id)


def _allowed(choice: Choice) -> list[Chosen]:
    return [each for each in choice.people if not each.why_not]


def _for(form: Form, people: Sequence[Chosen]) -> Form:
    """The form with these people in it."""
    return replace(form, recipients=tuple(each.id for each in people), names=tuple((each.id, each.name) for each in people if each.name))


def _is_among_others(sent: Submission) -> bool:
    """Whether the app is in the conversation at hand, with others: found when the form opened from the composer; a card of ours says it itself."""
    return bool(sent.form.conversation) or (parse.conversation(sent.payload).shared and not parse.from_composer(sent.payload))


def _with_what_was_typed(sent: Submission) -> Form:
    """The form as it stands in front of the member, as far as what they typed can be read."""
    given = sent.values
    where: Where = "here" if parse.given(given, "where") == "here" and sent.form.conversation else "chat"
    form = replace(
        sent.form,
        secret=parse.given(given, "secret"),
        passphrase=parse.given(given, "passphrase"),
        label=parse.given(given, "label"),
        across=parse.given(given, "email"),
        where=where,
        notice="",
    )
    with suppress(BadInput):
        form = replace(form, recipients=tuple(parse.chosen_in(given, "recipients")))
    with suppress(BadInput):
        form = replace(form, expires_in=parse.whole("expiry", parse.given(given, "expiry")))
    with suppress(BadInput):
        form = replace(form, views=parse.whole("views", parse.given(given, "views")))
    return form
