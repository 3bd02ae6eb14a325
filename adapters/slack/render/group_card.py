"""What does the sender see of pushes that were made together? One card, with a row for each person."""

from collections.abc import Sequence
from typing import Any

from adapters.slack.calls import Message
from adapters.slack.render.blocks import Block, aside, button, context, person, plain, section, when
from adapters.slack.render.card import BURN, RELEASE, passing_lines, state_line
from adapters.slack.render.passing_on import as_a_link
from adapters.wording.catalog import Words
from core.receipt import Receipt, State

BURN_GROUP = "burn_group"


def group_card(words: Words, receipts: Sequence[Receipt]) -> Message:
    """At most 40 rows: Slack takes 50 blocks. Never a key on it."""
    first = receipts[0]
    title = words.count("Secret for {n} person", "Secret for {n} people", len(receipts))
    state = _summary(words, receipts)
    label = [aside(first.label)] if first.label else []
    facts = words.say("{views} Expires {moment}.", views=_each_times(words, first), moment=when(words, first.expires_at))
    rows = [_row(words, receipt) for receipt in receipts]
    burn_all = [_burn_all(words, receipts)] if any(receipt.live for receipt in receipts) else []
    return Message(f"{title}. {state}", [section(f"*{title}*\n{state}"), *label, context(facts), *rows, *burn_all])


def _each_times(words: Words, receipt: Receipt) -> str:
    return words.count("Each can open it once.", "Each can open it {n} times.", receipt.views)


def _summary(words: Words, receipts: Sequence[Receipt]) -> str:
    opened = sum(receipt.was_opened or receipt.state in (State.CONFIRMED, State.BURNED_BY_RECIPIENT) for receipt in receipts)
    waiting = sum(receipt.live and not receipt.was_opened for receipt in receipts)
    if not waiting:
        return words.say("Opened by {opened} of {all}.", opened=opened, all=len(receipts))
    return words.say("Opened by {opened} of {all}. Waiting for {waiting}.", opened=opened, all=len(receipts), waiting=waiting)


def _row(words: Words, receipt: Receipt) -> Block:
    who = person(receipt.recipient.id) if receipt.recipient else words.say("somebody with the link")
    lines = [f"*{who}*  `{receipt.reference}`", row_state(words, receipt)]
    lines += passing_lines(words, as_a_link(receipt))
    accessory = {"accessory": _row_button(words, receipt)} if receipt.live else {}
    return {**section("\n".join(lines)), "block_id": f"row_{receipt.reference}", **accessory}


def row_state(words: Words, receipt: Receipt) -> str:
    """What has become of one of them, where the person's name stands beside it."""
    at = when(words, receipt.changed_at or receipt.created_at)
    match receipt.state:
        case _ if receipt.passed_on_at is not None or receipt.held:
            return state_line(words, as_a_link(receipt))
        case State.OPENED:
            return words.say("Opened {moment}. Not confirmed yet: it may not have arrived.", moment=at)
        case State.CONFIRMED:
            return words.say("Opened {moment}", moment=at)
        case _:
            return state_line(words, receipt)


def _row_button(words: Words, receipt: Receipt) -> Block:
    """A row has room for one: a push on hold wants a decision, and is burned by its reference or with all others."""
    if receipt.held:
        return _release(words, receipt)
    confirm: dict[str, Any] = {
        "title": plain(words.say("Burn this secret?")),
        "text": plain(words.say("This person cannot open it any more. The others still can. This cannot be undone.")),
        "confirm": plain(words.say("Burn it")),
        "deny": plain(words.say("Keep it")),
        "style": "danger",
    }
    named = words.say("Burn the secret with the reference {reference}", reference=receipt.reference)
    return button(words.say("Burn"), BURN, value=receipt.reference, confirm=confirm, accessibility_label=named)


def _release(words: Words, receipt: Receipt) -> Block:
    confirm = {
        "title": plain(words.say("Release this secret?")),
        "text": plain(words.say("It can be opened again. If somebody opened it just before the restart, it can be opened a second time.")),
        "confirm": plain(words.say("Release it")),
        "deny": plain(words.say("Keep it on hold")),
    }
    return button(words.say("Release"), RELEASE, value=receipt.reference, confirm=confirm)


def _burn_all(words: Words, receipts: Sequence[Receipt]) -> Block:
    live = sum(receipt.live for receipt in receipts)
    confirm = {
        "title": plain(words.say("Burn all of these?")),
        "text": plain(
            words.count(
                "{n} secret is burned. Nobody can open it any more. This cannot be undone.",
                "{n} secrets are burned. Nobody can open them any more. This cannot be undone.",
                live,
            )
        ),
        "confirm": plain(words.say("Burn all")),
        "deny": plain(words.say("Keep them")),
        "style": "danger",
    }
    pressed = button(words.say("Burn all"), BURN_GROUP, value=receipts[0].reference, style="danger", confirm=confirm)
    return {"type": "actions", "block_id": "group", "elements": [pressed]}
