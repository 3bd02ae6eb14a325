"""Which programs fetch a page before any person does, and how does the sender hear of it?

A hint and no more: an agent says of itself whatever it likes. It is noted in memory, alike for every
id, and told a moment later, when the answer is out; nothing of it reaches the request, and what does not
fit is lost.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import structlog

from adapters.web import parse
from core.errors import BadInput, StoreUnavailable
from core.push import PushId

log = structlog.get_logger(__name__)

_REMEMBERED_MOST, _WAITING_MOST = 10_000, 100
_PACE_SECONDS = 0.1
_ID_CHARACTERS = 22

_AGENTS = re.compile(
    "|".join(
        (
            # Chat: https://api.slack.com/robots and the likes, which unfurl a link that somebody posts.
            r"Slackbot|Slack-ImgProxy|SkypeUriPreview|MicrosoftPreview|Microsoft.?Teams.?Link|Discordbot|TelegramBot|^WhatsApp/",
            r"Mattermost-Bot|Rocket\.Chat|LinkPreview|Link-?Unfurl|kakaotalk-scrap|Viber/|Google-?Chat|Embedly|Iframely",
            # Networks of people and of search.
            r"facebookexternalhit|facebookcatalog|meta-external|Twitterbot|LinkedInBot|redditbot|Pinterestbot|Applebot|BingPreview|bingbot",
            r"Googlebot|GoogleImageProxy|Google-(?:InspectionTool|Read-Aloud|Safety)|GoogleOther|DuckDuckBot|YandexBot|Baiduspider|Bytespider",
            # Gateways that look into mail and at addresses.
            r"SafeLinks|ms-office|MSOffice|Microsoft Office|Proofpoint|Barracuda|Mimecast|FireEye|Trend ?Micro|Symantec|Sophos|IronPort",
            r"Forcepoint|McAfee|Kaspersky|Bitdefender|VirusTotal|urlscan|Check ?Point|Zscaler|Cloudmark|Netcraft|PhishTank",
        )
    ),
    re.IGNORECASE,
)


def is_scanner(method: str, agent: str) -> bool:
    """Whether a program that looks at links asks. No browser asks for a page by HEAD."""
    return method == "HEAD" or bool(_AGENTS.search(agent[:500]))


class Sightings:
    """Notes each id once, and tells them one after the other, ten a second at most."""

    def __init__(self, pace_seconds: float = _PACE_SECONDS) -> None:
        self._pace = pace_seconds
        self._known: OrderedDict[bytes, None] = OrderedDict()
        self._waiting: asyncio.Queue[PushId] = asyncio.Queue(_WAITING_MOST)

    def note(self, method: str, agent: str, tail: str) -> None:
        """Somebody fetched /p/`tail`. Neither waits nor fails."""
        if not is_scanner(method, agent):
            return
        try:
            push_id = parse.push_id(tail[:_ID_CHARACTERS])
        except BadInput:
            return
        if push_id in self._known or self._waiting.full():
            return
        self._known[push_id] = None
        while len(self._known) > _REMEMBERED_MOST:
            self._known.popitem(last=False)
        self._waiting.put_nowait(push_id)

    async def tell_for_ever(self, tell: Callable[[PushId], Awaitable[None]]) -> None:
        """Until cancelled. News that the store does not take is lost: it was a hint."""
        while True:
            push_id = await self._waiting.get()
            await asyncio.sleep(self._pace)
            try:
                await tell(push_id)
            except StoreUnavailable:
                log.info("sighting_lost")
            except Exception:  # the error boundary: without it no sighting would be told any more
                log.exception("sighting_broke")
