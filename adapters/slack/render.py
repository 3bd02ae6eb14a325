"""How does a result look in Slack? Results in, views and messages out (Block Kit)."""

from typing import Any

from adapters.slack.calls import Message
from adapters.slack.form import SECRET_FIELD_MOST, Form
from adapters.wording.catalog import Words
from adapters.wording.terms import duration, moment
from core.identity import Member
from core.policy import LABEL_MOST, PASSPHRASE_MOST, Policy
from core.receipt import Receipt, State

Block = dict[str, Any]
View = dict[str, Any]

VIEW_FORM = "push_form"
VIEW_DONE = "push_done"
OPEN, OPENED_IN_BROWSER, BURN, RELEASE = "open_push", "opened_in_browser", "burn_push", "release_push"
GENERATE, MORE = "generate_secret", "more_options"


def plain(text: str) -> dict[str, Any]:
    """A plain_text object; nothing in it is ever read as mrkdwn or emoji."""
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> dict[str, Any]:
    """A mrkdwn object, for our own sentences. A label or a name goes through `quoted` first."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def quoted(text: str) -> str:
    """Somebody's words inside mrkdwn: no mention, link or mark comes alive."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A zero-width blank after each mark keeps *, _, ~ and ` from pairing up.
    return "".join(c + "\u200b" if c in "*_~`" else c for c in escaped)


def person(user_id: str) -> str:
    """A mention, which Slack shows as the reader knows the person."""
    return f"<@{user_id}>"


def when(words: Words, millis: int) -> str:
    """A moment, in the reader's own zone by Slack's own formatting."""
    seconds = millis // 1000
    return f"<!date^{seconds}^{{date_short_pretty}} {{time}}|{moment(words, millis)}>"


def section(text: str) -> Block:
    """A paragraph."""
    return {"type": "section", "text": mrkdwn(text)}


def context(text: str) -> Block:
    """A quiet line."""
    return {"type": "context", "elements": [mrkdwn(text)]}


# The form ------------------------------------------------------------------------------------


def form(words: Words, policy: Policy, shown: Form) -> View:
    """The form for a new push: the secret first, then who, then terms."""
    blocks = [*_secret_blocks(words, shown), _recipient(words, shown.recipient)]
    if shown.more:
        blocks += [
            _choice(
                "expiry",
                words.say("Expires in"),
                _expiries(words, policy, shown.expires_in),
                str(shown.expires_in or policy.default_expiry),
            ),
            _choice(
                "views", words.say("Times it can be opened"), _view_counts(policy, shown.views), str(shown.views or policy.default_views)
            ),
            _text(
                "passphrase",
                words.say("Passphrase"),
                words.say("Tell it to the recipient another way, not in this chat. Five wrong tries burn the secret."),
                PASSPHRASE_MOST,
            ),
            _text("label", words.say("Label"), words.say("Only you see it, on your receipt."), LABEL_MOST),
        ]
    else:
        terms = words.say(
            "Expires in {expiry}. {views}",
            expiry=duration(words, shown.expires_in or policy.default_expiry),
            views=times(words, shown.views or policy.default_views),
        )
        blocks.append(context(terms))
    return {
        "type": "modal",
        "callback_id": VIEW_FORM,
        "title": plain(words.say("Push a secret")),
        "submit": plain(words.say("Make the link")),
        "close": plain(words.say("Cancel")),
        "private_metadata": shown.remembered(),
        "blocks": blocks,
    }


def times(words: Words, views: int) -> str:
    """How often a push can be opened, as a sentence."""
    return words.count("Can be opened once.", "Can be opened {n} times.", views)


def _secret_blocks(words: Words, shown: Form) -> list[Block]:
    buttons = [] if shown.more else [_button(words.say("More options"), MORE)]
    if shown.draft_length:
        told = words.say(
            "The message you chose, {length} characters long. It is kept sealed for 15 minutes, exactly as it is.",
            length=shown.draft_length,
        )
        return [section(told), *_notice(words, shown), *([{"type": "actions", "elements": buttons}] if buttons else [])]
    secret: Block = {
        "type": "input",
        # A new block id makes Slack show the new value; with the old id it would keep what was typed.
        "block_id": f"secret_{shown.edition}",
        "label": plain(words.say("Secret")),
        "hint": plain(words.say("Kept exactly as you type it. It never appears in the conversation.")),
        "element": {
            "type": "plain_text_input",
            "action_id": "secret",
            "multiline": True,
            "max_length": SECRET_FIELD_MOST,
            "focus_on_load": not shown.secret,
            **({"initial_value": shown.secret} if shown.secret else {}),
        },
    }
    return [
        secret,
        *_notice(words, shown),
        {"type": "actions", "elements": [_button(words.say("Generate a strong one"), GENERATE), *buttons]},
    ]


def _notice(words: Words, shown: Form) -> list[Block]:
    match shown.notice:
        case "mistake":
            told = words.say("Nothing was posted. Check it, chat may have changed it. For what the command can do, type `/pushpw help`.")
        case "changed":
            told = words.say("Slack changed this message when it was sent. Check it before you push it.")
        case "generated":
            told = words.say("A strong secret was made for you. Use it where it belongs, then push it.")
        case _:
            return []
    return [context(told)]


def _recipient(words: Words, user_id: str) -> Block:
    return {
        "type": "input",
        "block_id": "recipient",
        "optional": True,
        "label": plain(words.say("For")),
        "hint": plain(words.say("Only this person can open it. Leave it empty to get a link that you pass on yourself.")),
        "element": {
            "type": "users_select",
            "action_id": "recipient",
            "placeholder": plain(words.say("Choose a person")),
            **({"initial_user": user_id} if user_id else {}),
        },
    }


def _text(name: str, label: str, hint: str, most: int) -> Block:
    element = {"type": "plain_text_input", "action_id": name, "max_length": most}
    return {"type": "input", "block_id": name, "optional": True, "label": plain(label), "hint": plain(hint), "element": element}


def _choice(name: str, label: str, options: list[tuple[str, str]], chosen: str) -> Block:
    shown = [{"text": plain(text), "value": value} for text, value in options]
    initial = next(option for option in shown if option["value"] == chosen)
    element = {"type": "static_select", "action_id": name, "options": shown, "initial_option": initial}
    return {"type": "input", "block_id": name, "label": plain(label), "element": element}


def _expiries(words: Words, policy: Policy, wished: int | None) -> list[tuple[str, str]]:
    return [(duration(words, seconds), str(seconds)) for seconds in policy.offered_expiries(wished)]


def _view_counts(policy: Policy, wished: int | None) -> list[tuple[str, str]]:
    return [(str(count), str(count)) for count in policy.offered_views(wished)]


def _button(text: str, action_id: str, **more: Any) -> Block:
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


# What the form says afterwards ---------------------------------------------------------------


def created_link(words: Words, receipt: Receipt, url: str) -> View:
    """The answer to the form of a push for nobody in particular: the link, to copy."""
    return _done(
        words,
        [
            section(words.say("*The link is ready.* Whoever has it can open the secret, so give it to one person.")),
            _copy_field("link", words.say("Link"), url, multiline=False),
            _copy_field("paste", words.say("Ready to paste"), ready_to_paste(words, receipt, url), multiline=True),
            context(terms_line(words, receipt)),
        ],
    )


def created_bound(words: Words, receipt: Receipt, recipient: Member) -> View:
    """The answer to the form of a push for one person."""
    said = words.say(
        "*Done.* {person} gets a message from this app with a button. Nobody else can open it. Your receipt is in the conversation with this app.",
        person=person(recipient.id),
    )
    return _done(words, [section(said), context(terms_line(words, receipt))])


def ready_to_paste(words: Words, receipt: Receipt, url: str) -> str:
    """A few words for the recipient, link included."""
    text = words.say("Here is a secret for you. Opening the page shows a button first; press it when you are ready.")
    passphrase = words.say("You need the passphrase too. I will tell it to you another way.") if receipt.has_passphrase else ""
    return "\n".join(part for part in (text, passphrase, url) if part)


def ephemeral_link(words: Words, receipt: Receipt, url: str) -> Message:
    """The link once more, where the command was typed, for the sender's eyes alone."""
    text = words.say("Your one-time link. Only you see this message.")
    return Message(text, [section(text), section(f"<{url}>"), context(terms_line(words, receipt))])


def terms_line(words: Words, receipt: Receipt) -> str:
    """Expiry, views and reference of a push, in one line."""
    return words.say(
        "{views} Expires {moment}. Reference `{reference}`",
        views=times(words, receipt.views),
        moment=when(words, receipt.expires_at),
        reference=receipt.reference,
    )


def _copy_field(name: str, label: str, value: str, *, multiline: bool) -> Block:
    element = {"type": "plain_text_input", "action_id": name, "initial_value": value, "multiline": multiline}
    return {"type": "input", "block_id": name, "optional": True, "label": plain(label), "element": element}


def _done(words: Words, blocks: list[Block]) -> View:
    has_field = any(block["type"] == "input" for block in blocks)
    submit = {"submit": plain(words.say("Done"))} if has_field else {}  # Slack wants a submit where a field stands
    return {
        "type": "modal",
        "callback_id": VIEW_DONE,
        "title": plain(words.say("Push a secret")),
        "close": plain(words.say("Close")),
        "blocks": blocks,
        **submit,
    }


def told(words: Words, text: str) -> View:
    """A modal that says one thing."""
    return {
        "type": "modal",
        "callback_id": VIEW_DONE,
        "title": plain(words.say("Secret")),
        "close": plain(words.say("Close")),
        "blocks": [section(text)],
    }


# The recipient's side ------------------------------------------------------------------------


def invitation(words: Words, receipt: Receipt, button_value: str) -> Message:
    """The recipient's DM. The button carries a sealed value: no URL stands in a message that stays."""
    first = words.say("{person} sent you a secret.", person=person(receipt.sender.id))
    passphrase = (
        [context(words.say("It needs a passphrase that {person} tells you another way.", person=person(receipt.sender.id)))]
        if receipt.has_passphrase
        else []
    )
    button = _button(words.say("Open"), OPEN, value=button_value, style="primary", accessibility_label=words.say("Open the secret"))
    facts = words.say(
        "{views} Expires {moment}. Only you can open it.", views=times(words, receipt.views), moment=when(words, receipt.expires_at)
    )
    return Message(first, [section(first), {"type": "actions", "block_id": "open", "elements": [button]}, *passphrase, context(facts)])


def invitation_ended(words: Words, receipt: Receipt) -> Message:
    """The recipient's DM once there is nothing left to press."""
    first = words.say("{person} sent you a secret.", person=person(receipt.sender.id))
    return Message(first, [section(first), context(_ended(words, receipt))])


def _ended(words: Words, receipt: Receipt) -> str:
    at = when(words, receipt.changed_at or receipt.expires_at)
    match receipt.state:
        case State.EXPIRED:
            return words.say("It expired {moment}, unread. Ask for a new one.", moment=at)
        case State.BURNED if receipt.was_opened:
            return words.say("You opened it. What was left was taken back {moment}.", moment=at)
        case State.BURNED:
            return words.say("It was taken back {moment}.", moment=at)
        case State.LOST:
            return words.say("It was lost {moment}. Ask for a new one.", moment=at)
        case State.LOCKED:
            return words.say("It was burned {moment} after five wrong passphrases. Ask for a new one.", moment=at)
        case State.BURNED_BY_RECIPIENT:
            return words.say("You opened it, and it was forgotten {moment}.", moment=at)
        case _:
            return words.say("You opened it {moment}. It is gone now.", moment=at)


def open_in_browser(words: Words, url: str) -> View:
    """The modal after the checked click. Its URL lives for ten minutes."""
    text = words.say("The page opens in your browser. It shows a button first; nothing is used up before you press it.")
    button = _button(words.say("Open in browser"), OPENED_IN_BROWSER, url=url, style="primary")
    note = words.say("This button works for ten minutes. After that, press Open in the conversation again.")
    return {
        "type": "modal",
        "callback_id": VIEW_DONE,
        "title": plain(words.say("A secret for you")),
        "close": plain(words.say("Close")),
        "blocks": [section(text), {"type": "actions", "block_id": "go", "elements": [button]}, context(note)],
    }


# The sender's receipt card -------------------------------------------------------------------


def receipt_card(words: Words, receipt: Receipt) -> Message:
    """What the sender sees, edited in place as things happen. It never carries the key."""
    if receipt.recipient is not None:
        title = words.say("Secret for {person}", person=person(receipt.recipient.id))
    else:
        title = words.say("Secret, by a link that you pass on")
    state = state_line(words, receipt)
    label = [context(quoted(receipt.label))] if receipt.label else []
    buttons = [_receipt_buttons(words, receipt)] if receipt.live else []
    return Message(f"{title}. {state}", [section(f"*{title}*\n{state}"), *label, context(terms_line(words, receipt)), *buttons])


def state_line(words: Words, receipt: Receipt) -> str:
    """What has become of the push: words first."""
    at = when(words, receipt.changed_at or receipt.created_at)
    who = person(receipt.recipient.id) if receipt.recipient else words.say("somebody with the link")
    if receipt.held and receipt.held_at is not None:
        return words.say(
            "On hold since {moment}. The store was restarted, so this may have been opened without our knowing. Release it if you accept that, or burn it and push it again.",
            moment=when(words, receipt.held_at),
        )
    match receipt.state:
        case State.WAITING if receipt.undeliverable:
            return words.say(
                "Not delivered: Slack did not let this app write to {person}. Burn it and push it again without a name, then pass the link on.",
                person=who,
            )
        case State.WAITING:
            return words.say("Waiting")
        case State.OPENED:
            return words.say("Opened by {person}, {moment}. Not confirmed yet.", person=who, moment=at)
        case State.CONFIRMED:
            return words.say("Opened by {person}, {moment}", person=who, moment=at)
        case State.EXPIRED:
            return words.say("Expired unread, {moment}", moment=at)
        case State.BURNED if receipt.was_opened:
            return words.say("Opened by {person}, then burned by you, {moment}", person=who, moment=at)
        case State.BURNED:
            return words.say("Burned by you, {moment}", moment=at)
        case State.BURNED_BY_RECIPIENT:
            return words.say("Opened, then forgotten at the recipient's wish, {moment}", moment=at)
        case State.LOCKED:
            return words.say("Burned after five wrong passphrases, {moment}. Somebody was guessing.", moment=at)
        case State.LOST:
            return words.say("No longer in the store, {moment}. Nobody can open it any more; it may have been opened before.", moment=at)


def _receipt_buttons(words: Words, receipt: Receipt) -> Block:
    elements = [_release_button(words, receipt)] if receipt.held else []
    return {"type": "actions", "block_id": "receipt", "elements": [*elements, _burn_button(words, receipt)]}


def _release_button(words: Words, receipt: Receipt) -> Block:
    confirm = {
        "title": plain(words.say("Release this secret?")),
        "text": plain(words.say("It can be opened again. If somebody opened it just before the restart, it can be opened a second time.")),
        "confirm": plain(words.say("Release it")),
        "deny": plain(words.say("Keep it on hold")),
    }
    return _button(words.say("Release"), RELEASE, value=receipt.reference, confirm=confirm)


def _burn_button(words: Words, receipt: Receipt) -> Block:
    confirm = {
        "title": plain(words.say("Burn this secret?")),
        "text": plain(words.say("Nobody can open it any more. This cannot be undone.")),
        "confirm": plain(words.say("Burn it")),
        "deny": plain(words.say("Keep it")),
        "style": "danger",
    }
    return _button(words.say("Burn this secret"), BURN, value=receipt.reference, style="danger", confirm=confirm)


# Answers to commands -------------------------------------------------------------------------


def help_text(words: Words) -> Message:
    """What the command can do."""
    lines = [
        words.say("*Share a secret by a link that works once.*"),
        words.say("`/pushpw` opens the form."),
        words.say("`/pushpw @jane` opens it with Jane filled in. Only Jane can open the secret."),
        words.say("`/pushpw generate` makes a strong secret for you."),
        words.say("`/pushpw burn reference` takes a secret back; `/pushpw burn all` takes back all of yours."),
        words.say("Options may follow: `1d`, `3 views`."),
        words.say("On any message: More actions, then “Push as one-time link”."),
    ]
    return Message("\n".join(lines), [section("\n".join(lines))])


def note(text: str) -> Message:
    """One sentence, for this member alone."""
    return Message(text, [section(text)])
