"""What is there to say about those who were chosen?"""

from collections.abc import Iterable

from babel.lists import format_list

from adapters.choice import GROUP_TROUBLE, Choice, Chosen
from adapters.slack.render.blocks import person
from adapters.wording.catalog import Words
from adapters.wording.terms import refusal
from core.errors import BadInput
from core.policy import Policy, Standing

_NAMED_MOST = 10


def in_a_row(words: Words, names: list[str]) -> str:
    """Several names as a reader of that language lists them; of very many the first few and how many more."""
    rest = len(names) - _NAMED_MOST
    shown = names if rest <= 1 else [*names[:_NAMED_MOST], words.count("{n} other", "{n} others", rest)]
    return format_list(shown, locale=words.locale)


def lines_about(words: Words, choice: Choice) -> list[str]:
    """Warnings and notes about a choice, as mrkdwn: how many came of the groups, who is a guest, who may not be named, who was left out."""
    lines = []
    if choice.with_groups:
        lines.append(
            words.count(
                "{n} person in all. You can burn each secret by itself.",
                "{n} people in all. You can burn each secret by itself.",
                len(choice.people),
            )
        )
    allowed = [each for each in choice.people if not each.why_not]
    if guests := [person(each.id) for each in allowed if each.standing is Standing.GUEST]:
        lines.append(
            words.count(
                "{people} is a guest in this workspace. Check that this is meant for them.",
                "{people} are guests in this workspace. Check that this is meant for them.",
                len(guests),
                people=in_a_row(words, guests),
            )
        )
    if outsiders := [person(each.id) for each in allowed if each.standing is Standing.OUTSIDER]:
        lines.append(
            words.count(
                "{people} is from another workspace. Slack lets this app write to them only where you share a channel that has the app in it.",
                "{people} are from another workspace. Slack lets this app write to them only where you share a channel that has the app in it.",
                len(outsiders),
                people=in_a_row(words, outsiders),
            )
        )
    lines += [_refused(words, ids, why) for why, ids in _by_reason((each.id, each.why_not) for each in choice.refused)]
    return lines + left_out_lines(words, choice.left_out)


def left_out_lines(words: Words, left_out: Iterable[tuple[str, str]]) -> list[str]:
    """Who of a group gets nothing, and why."""
    return [_left_out(words, ids, why) for why, ids in _by_reason(left_out)]


def refused_names(words: Words, refused: list[Chosen], policy: Policy) -> str:
    """Why the form cannot be sent, as plain text: Slack shows no mentions under a field."""
    first = refused[0]
    why = refusal(words, BadInput("recipient", first.why_not), policy)
    names = [each.name for each in refused if each.why_not == first.why_not and each.name]
    return words.say("{people}: {reason}", people=in_a_row(words, names), reason=why) if names else why


def group_trouble(words: Words, problem: BadInput) -> str:
    """Why the people of a group cannot be had."""
    match problem:
        case BadInput(field=field, reason="empty") if field == GROUP_TROUBLE:
            return words.say("There is nobody in this group who could get the secret. Choose another, or name people one by one.")
        case BadInput(field=field, reason="unknown") if field == GROUP_TROUBLE:
            return words.say("Slack does not know this group any more. Choose another, or name people one by one.")
        case BadInput(field=field, reason="no_leave") if field == GROUP_TROUBLE:
            return words.say(
                "This app may not see who is in a group. Name people one by one, or ask an administrator to add the permission usergroups:read."
            )
        case _:
            return words.say("Slack did not say who is in this group. Try again in a minute, or name people one by one.")


def _by_reason(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for user_id, why in pairs:
        found.setdefault(why, []).append(person(user_id))
    return list(found.items())


def _refused(words: Words, mentions: list[str], why: str) -> str:
    people = in_a_row(words, mentions)
    match why:
        case "guest":
            return words.say("This workspace does not allow guests: take out {people}.", people=people)
        case "outsider":
            return words.say("This workspace does not allow people from other workspaces: take out {people}.", people=people)
        case "deactivated":
            return words.say("Deactivated, so take out: {people}.", people=people)
        case "not_a_person":
            return words.say("An app cannot open a secret: take out {people}.", people=people)
        case _:
            return words.say("Slack did not say who this is, and this workspace does not allow everybody: {people}.", people=people)


def _left_out(words: Words, mentions: list[str], why: str) -> str:
    people = in_a_row(words, mentions)
    match why:
        case "yourself":
            return words.say("You are in that group yourself, and get nothing.")
        case "guest":
            return words.say("Left out, because this workspace does not allow guests: {people}.", people=people)
        case "outsider":
            return words.say("Left out, because this workspace does not allow people from other workspaces: {people}.", people=people)
        case "deactivated":
            return words.say("Left out, because deactivated: {people}.", people=people)
        case "not_a_person":
            return words.say("Left out, because an app cannot open a secret: {people}.", people=people)
        case _:
            return words.say("Left out, because Slack did not say who this is: {people}.", people=people)
