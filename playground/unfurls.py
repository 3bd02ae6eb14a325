"""What does chat.unfurl do?  After docs.slack.dev/reference/methods/chat.unfurl."""

from typing import Any
from urllib.parse import urlsplit

from playground.block_kit import faults_of_blocks
from playground.house import Call, House
from playground.refusals import Json, Refused
from playground.robot import addresses
from playground.workspace import Message


def in_domains(url: str, domains: tuple[str, ...]) -> bool:
    """Whether an address belongs to one of an app's unfurl_domains, or to a domain below it."""
    host = urlsplit(url).hostname or ""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def unfurl(house: House, call: Call) -> Json:
    """chat.unfurl: cards for addresses of the app's domains that stand in a message."""
    message = _message(house, call)
    cards = call.need("unfurls", "missing_unfurls")
    if not isinstance(cards, dict):
        raise Refused("invalid_unfurls_format")
    for url, card in cards.items():
        _check(house, message, url, card)
    house.workspace.unfurl(message, cards)
    return {}


def _message(house: House, call: Call) -> Message:
    if call.text("unfurl_id"):
        if call.text("source") not in ("composer", "conversations_history"):
            raise Refused("invalid_source")
        if call.text("unfurl_id") not in house.unfurl_ids:
            raise Refused("invalid_unfurl_id")
        channel, ts = house.unfurl_ids[call.text("unfurl_id")]
    else:
        channel, ts = str(call.need("channel", "missing_channel")), str(call.need("ts", "missing_ts"))
    try:
        where = house.workspace.conversation(channel)
    except Refused:
        raise Refused("cannot_find_channel") from None
    try:
        return house.workspace.find(where.id, ts)
    except Refused:
        raise Refused("cannot_find_message") from None


def _check(house: House, message: Message, url: str, card: Any) -> None:
    if url not in addresses([message.text, message.blocks]):
        raise Refused("cannot_unfurl_message")
    if not in_domains(url, house.unfurl_domains):
        raise Refused("cannot_unfurl_url")
    if not isinstance(card, dict) or not card:
        raise Refused("cannot_parse_attachment")
    faults = faults_of_blocks(card.get("blocks", []))
    if faults:
        raise Refused("cannot_parse_attachment", faults)
