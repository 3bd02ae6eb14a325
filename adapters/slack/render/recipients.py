"""What is there to say about those who were chosen?"""

from collections.abc import Iterable

from adapters.choice import GROUP_TROUBLE, Choice, Chosen
from adapters.slack.render.blocks import SLACK, person
from adapters.wording.catalog import Words
from adapters.wording.marks import in_a_row
from adapters.wording.recipient_lines import guests_line, left_out_line, refused_line
from adapters.wording.terms import refusal
from core.errors import BadInput
from core.policy import Policy, Standing


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
        lines.append(guests_line(words, guests))
    if outsiders := [person(each.id) for each in allowed if each.standing is Standing.OUTSIDER]:
        lines.append(
            words.count(
                "{people} is from another workspace. Slack lets this app write to them only where you share a channel that has the app in it.",
                "{people} are from another workspace. Slack lets this app write to them only where you share a channel that has the app in it.",
                len(outsiders),
                people=in_a_row(words, outsiders),
            )
        )
    lines += [refused_line(words, SLACK, ids, why) for why, ids in _by_reason((each.id, each.why_not) for each in choice.refused)]
    return lines + left_out_lines(words, choice.left_out)


def left_out_lines(words: Words, left_out: Iterable[tuple[str, str]]) -> list[str]:
    """Who of a group gets nothing, and why."""
    return [left_out_line(words, SLACK, ids, why) for why, ids in _by_reason(left_out)]


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
