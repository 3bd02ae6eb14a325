"""How does the Home tab look?"""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.slack.render.blocks import Block, View, actions, button, context, divider, header, section
from adapters.slack.render.card import BURN, EXTEND, RELEASE, card_buttons
from adapters.slack.render.policy import policy_line
from adapters.slack.render.request import ASK_FOR_SECRET
from adapters.slack.render.rows import PAGE, quiet_burn, row
from adapters.slack.render.settings import settings_line
from adapters.wording.catalog import Words
from core.policy import Policy
from core.preferences import Preferences
from core.receipt import Receipt
from core.totals import Totals

NEW_PUSH = "new_push"
PREVIOUS, NEXT = "home_previous", "home_next"
CHANGE_SETTINGS, CHANGE_POLICY = "change_settings", "change_policy"
_BLOCKS_MOST = 100
_SECTION_MOST = 25


@dataclass(frozen=True, slots=True)
class Home:
    """All that stands there. `totals` only for an admin; `sections` are what others add, for example open requests."""

    live: Sequence[Receipt]
    page: int
    preferences: Preferences
    policy: Policy
    totals: Totals | None
    sections: Sequence[Sequence[Block]]
    support_url: str

    @property
    def pages(self) -> int:
        """How many there are; one also when there is nothing."""
        return max(1, -(-len(self.live) // PAGE))


def home(words: Words, shown: Home) -> View:
    """The tab: what to do first, then what is so, then how it is set up."""
    blocks = [
        *_to_do(words),
        *_live(words, shown),
        *(block for each in shown.sections for block in each[:_SECTION_MOST]),
        *_settings(words, shown),
        *(_workspace(words, shown.policy, shown.totals) if shown.totals else []),
        *_about(words, shown.support_url),
    ]
    return {"type": "home", "blocks": blocks[:_BLOCKS_MOST]}


def _to_do(words: Words) -> list[Block]:
    return [
        section(
            words.say("*Share a secret by a link that works once.* It never stands in a conversation, and you see when it was opened.")
        ),
        actions(
            "do",
            button(words.say("Push a secret"), NEW_PUSH, style="primary"),
            button(words.say("Ask somebody for a secret"), ASK_FOR_SECRET),
        ),
    ]


def _live(words: Words, shown: Home) -> list[Block]:
    title = header(words.say("My live secrets"))
    if not shown.live:
        return [title, context(words.say("There are none. What you push stands here until it is used up, expires or is burned."))]
    page = min(max(0, shown.page), shown.pages - 1)
    here = shown.live[page * PAGE : (page + 1) * PAGE]
    blocks = [title]
    for receipt in here:
        others = [each for each in card_buttons(words, receipt) if each["action_id"] in (RELEASE, EXTEND)]
        # Of the card's buttons. The rest belong beside the recipient's story, which the card tells.
        blocks += [*row(words, receipt), actions(f"push_{receipt.reference}", *others, quiet_burn(words, receipt, BURN))]
    return blocks + _turning(words, page, shown.pages, len(shown.live))


def _turning(words: Words, page: int, pages: int, count: int) -> list[Block]:
    if pages == 1:
        return []
    first, last = page * PAGE + 1, min((page + 1) * PAGE, count)
    back = [button(words.say("Previous"), PREVIOUS, value=str(page - 1))] if page > 0 else []
    on = [button(words.say("Next"), NEXT, value=str(page + 1))] if page < pages - 1 else []
    told = words.say("{first} to {last} of {count}, soonest to expire first", first=first, last=last, count=count)
    return [context(told), actions("turn", *back, *on)]


def _settings(words: Words, shown: Home) -> list[Block]:
    return [
        header(words.say("My settings")),
        section(settings_line(words, shown.policy, shown.preferences)),
        actions("settings", button(words.say("Change my settings"), CHANGE_SETTINGS)),
    ]


def _workspace(words: Words, policy: Policy, totals: Totals) -> list[Block]:
    live = words.say("{live} or more", live=totals.live) if totals.more_live else str(totals.live)
    counted = words.say(
        "Pushed: {made}. Opened: {opened}. Expired unread: {unread}. Burned: {burned}. Live now: {live}.",
        made=totals.made,
        opened=totals.opened,
        unread=totals.unread,
        burned=totals.burned,
        live=live,
    )
    return [
        header(words.say("This workspace")),
        section(policy_line(words, policy)),
        context(counted),
        actions("policy", button(words.say("Change the policy"), CHANGE_POLICY)),
        context(words.say("You see this part because you are an admin here. It counts secrets, and says nothing of whose they are.")),
    ]


def _about(words: Words, support_url: str) -> list[Block]:
    kept = words.say(
        "What is kept: a secret, locked, until it is used up or expires; the key to it is in the link only. Your receipts stay for a "
        "week after that, your settings until this app is taken away."
    )
    help_there = [context(words.say("<{url}|Help with this app>", url=support_url))] if support_url else []
    return [divider(), *help_there, context(kept)]
