"""How do browsers reach a push? The door of the retrieval page.

GET, HEAD /p/<anything>   the retrieval step: the same bytes whatever stands there, no store touched
POST /p/<id>/claim        spend a view
POST /p/<id>/ack          the seal is open: forget what the claim still holds
POST /p/<id>/burn         forget it now
GET, HEAD /static/<name>  what the page is made of

No GET reaches the engine: the functions that answer them are never given it. That a known link scanner
asked is noted in memory, alike for every id, and told by others later.
"""

from collections.abc import Mapping

from aiohttp import web

from adapters.bodies import BadBody, read_body
from adapters.web.handlers import Claimants
from adapters.web.headers import answer_headers, asset_headers, page_headers
from adapters.web.origin import claimant_address, comes_from_our_page, is_prefetch, origin_of
from adapters.web.parse import BODY_MOST
from adapters.web.render import Answer, Brand, Pages, bad_input, not_from_page
from adapters.web.scanners import Sightings
from adapters.wording.catalog import words_for_header
from core.engine import PushEngine
from core.errors import BadInput

__all__ = ["Brand", "WebDoor"]

_SAFE = "GET, HEAD"


class WebDoor:
    """The retrieval page and what its script may ask for."""

    def __init__(
        self,
        engine: PushEngine,
        *,
        base_url: str,
        brand: Brand,
        hsts: str = "max-age=63072000",
        trusted_proxies: int = 0,
        sightings: Sightings | None = None,
    ) -> None:
        """`sightings`: where scanners are noted; `hsts`: Strict-Transport-Security's value; `trusted_proxies`: how many of our own stand in front."""
        https = base_url.startswith("https:")
        self._claimants = Claimants(engine)
        self._pages = Pages(brand)
        self._origin = origin_of(base_url)
        self._trusted_proxies = trusted_proxies
        self._sightings = sightings or Sightings()
        self._page_headers = page_headers(https=https, hsts=hsts)
        self._answer_headers = answer_headers(https=https, hsts=hsts)
        self._asset_headers = asset_headers(https=https, hsts=hsts)

    def mount(self, app: web.Application) -> None:
        """Add the routes to `app`."""
        app.router.add_post("/p/{id}/{act:claim|ack|burn}", self._act)
        # Mail gateways and people add tails: whatever follows /p/ is answered alike.
        app.router.add_route("*", "/p/{tail:.*}", self._show_page)
        app.router.add_route("*", "/static/{name}", self._serve_asset)

    async def _show_page(self, request: web.Request) -> web.Response:
        if request.method not in ("GET", "HEAD"):
            return self._not_allowed(_SAFE)
        self._sightings.note(request.method, request.headers.get("User-Agent", ""), request.match_info["tail"])
        if is_prefetch(request):
            return web.Response(status=503, headers={**self._answer_headers, "Vary": "Sec-Purpose"})
        words = words_for_header(request.headers.get("Accept-Language", ""))
        told = {"Content-Language": words.tag, "Vary": "Accept-Language"}
        return _html(self._pages.retrieval(words), {**self._page_headers, **told})

    async def _serve_asset(self, request: web.Request) -> web.Response:
        if request.method not in ("GET", "HEAD"):
            return self._not_allowed(_SAFE)
        asset = self._pages.assets.get(request.path)
        if asset is None:
            return web.Response(status=404, headers=self._answer_headers)
        return web.Response(body=asset.content, content_type=asset.content_type, charset="utf-8", headers=self._asset_headers)

    async def _act(self, request: web.Request) -> web.Response:
        if not comes_from_our_page(request, self._origin):
            return self._answered(not_from_page())
        try:
            body = await read_body(request, BODY_MOST)
        except BadBody as refusal:
            return self._answered(bad_input(BadInput("body", refusal.reason), status=refusal.status))
        address = claimant_address(request, self._trusted_proxies)
        there = request.match_info
        return self._answered(await self._claimants.act(there["act"], there["id"], body, address))

    def _answered(self, answer: Answer) -> web.Response:
        headers = dict(self._answer_headers)
        if answer.retry_after is not None:
            headers["Retry-After"] = str(answer.retry_after)
        if answer.status == 204:
            return web.Response(status=204, headers=headers)
        return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type, headers=headers)

    def _not_allowed(self, allowed: str) -> web.Response:
        return web.Response(status=405, headers={**self._answer_headers, "Allow": allowed})


def _html(page: bytes, headers: Mapping[str, str]) -> web.Response:
    return web.Response(body=page, content_type="text/html", charset="utf-8", headers=headers)
