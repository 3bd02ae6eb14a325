"""How do members set up the app for themselves, and admins for their workspace?"""

import structlog

from adapters.slack import decisions, parse
from adapters.slack.desk import Desk
from adapters.slack.gestures import Answer, Gestures, Payload
from adapters.slack.handlers.submission import errors_at, updated
from adapters.slack.render.blocks import told
from adapters.slack.render.home import CHANGE_POLICY, CHANGE_SETTINGS
from adapters.slack.render.policy import VIEW_POLICY, choice_refused, policy_form
from adapters.slack.render.settings import VIEW_SETTINGS, settings
from adapters.wording.catalog import Words
from adapters.wording.terms import not_changed, refusal
from core.errors import BadInput, StoreUnavailable

log = structlog.get_logger(__name__)


class SettingsHandlers:
    """The two modals: opened, and saved before the answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def gestures(self) -> Gestures:
        """What the door hands to us."""
        return Gestures(
            actions={CHANGE_SETTINGS: self.change_settings, CHANGE_POLICY: self.change_policy},
            views={VIEW_SETTINGS: self.save_settings, VIEW_POLICY: self.save_policy},
        )

    # My own ----------------------------------------------------------------------------------

    async def change_settings(self, payload: Payload) -> Answer:
        """The button "Change my settings"."""
        self._desk.later(self.open_settings(payload))
        return None

    async def open_settings(self, payload: Payload) -> None:
        """The settings as they are."""
        words, member = await self._desk.words_for(payload), parse.member(payload)
        try:
            view = settings(words, await self._desk.policies.of(member.workspace), await self._desk.preferences.of(member))
        except StoreUnavailable:
            await self._desk.tell(payload, not_changed(words))
            return
        await self._desk.open_modal(payload, view)

    async def save_settings(self, payload: Payload) -> Answer:
        """The settings are sent."""
        member, view = parse.member(payload), payload["view"]
        policy = self._desk.policies.of_installation
        try:
            policy = await self._desk.policies.of(member.workspace)
            await self._desk.preferences.choose(member, decisions.preferences(view), policy)
        except BadInput as problem:
            return errors_at(view, problem.field, refusal(await self._desk.words_for(payload), problem, policy))
        except StoreUnavailable:
            return errors_at(view, "expiry", not_changed(await self._desk.words_for(payload)))
        self._desk.home.refresh(member)
        words = await self._desk.words_for(payload)  # by now perhaps in another language
        return updated(told(words, words.say("Your settings are saved."), words.say("My settings")))

    # The workspace's ---------------------------------------------------------------------------

    async def change_policy(self, payload: Payload) -> Answer:
        """The button "Change the policy", which admins have."""
        self._desk.later(self._open_policy(payload))
        return None

    async def _open_policy(self, payload: Payload) -> None:
        words, member = await self._desk.words_for(payload), parse.member(payload)
        if not await self._desk.people.is_admin(member):
            await self._desk.tell(payload, _admins_only(words))
            return
        try:
            view = policy_form(words, self._desk.policies.of_installation, await self._desk.policies.of(member.workspace))
        except StoreUnavailable:
            await self._desk.tell(payload, not_changed(words))
            return
        await self._desk.open_modal(payload, view)

    async def save_policy(self, payload: Payload) -> Answer:
        """The policy is sent. Whoever sends it is looked up again: they may have been an admin when it was opened."""
        words, member = await self._desk.words_for(payload), parse.member(payload)
        if not await self._desk.people.is_admin(member):
            log.warning("policy_change_refused")
            return updated(told(words, _admins_only(words), words.say("Policy")))
        try:
            await self._desk.policies.choose(decisions.policy_choice(payload["view"]), member)
        except BadInput as problem:
            return _under(problem.field, choice_refused(words, problem, self._desk.policies.of_installation))
        except StoreUnavailable:
            return _under("longest_expiry", not_changed(words))
        self._desk.home.refresh(member)
        return updated(
            told(words, words.say("The policy is saved. It holds for every secret that is pushed from now on."), words.say("Policy"))
        )


def _admins_only(words: Words) -> str:
    return words.say("Only admins of this workspace can change its policy, and Slack does not say that you are one. Nothing was changed.")


def _under(field: str, text: str) -> Answer:
    return {"response_action": "errors", "errors": {field: text}}
