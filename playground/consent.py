"""What does a person see who installs the app?  The page at /oauth/v2/authorize, with Allow and Cancel."""

from html import escape

from aiohttp import web

from playground.house import House
from playground.oauth import Asked, OAuth
from playground.refusals import Refused

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Install the app</title>
<meta name="viewport" content="width=device-width">
<style>body{{font:16px/1.5 system-ui;max-width:34rem;margin:3rem auto;padding:0 1rem}}button{{font:inherit;padding:.4rem 1rem}}</style>
<h1>pushpw asks for access</h1>
{body}
</html>"""

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class Consent:
    """The consent page. It stands on this machine only; whoever looks at it may act as anybody, as on the other page."""

    def __init__(self, oauth: OAuth, houses: dict[str, House]) -> None:
        self._oauth = oauth
        self._houses = houses

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/oauth/v2/authorize", self._show), web.post("/oauth/v2/authorize", self._decide)]

    async def _show(self, request: web.Request) -> web.Response:
        try:
            asked = self._oauth.read(str(request.rel_url))
        except Refused as refused:
            return _page(f"<p>Something went wrong when authorizing this app: <code>{escape(refused.code)}</code></p>", 400)
        return _page(self._form(asked))

    async def _decide(self, request: web.Request) -> web.Response:
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":  # another site's page may not press Allow
            raise web.HTTPForbidden
        form = await request.post()
        address = str(request.rel_url)
        try:
            if "deny" in form:
                raise web.HTTPFound(self._oauth.deny(address))
            raise web.HTTPFound(self._oauth.allow(str(form["user"]), address, org_wide="org_wide" in form))
        except Refused as refused:
            return _page(f"<p><code>{escape(refused.code)}</code></p>", 400)

    def _form(self, asked: Asked) -> str:
        people = [
            f'<option value="{escape(p.id)}">{escape(p.real_name)}, {escape(h.team.name)}</option>'
            for h in self._houses.values()
            for p in h.workspace.people.values()
            if not (p.is_bot or p.deleted or h.workspace.is_stranger(p))
        ]
        wanted = "".join(f"<li><code>{escape(s)}</code></li>" for s in sorted(asked.scopes))
        own = "".join(f"<li><code>{escape(s)}</code>, as yourself</li>" for s in sorted(asked.user_scopes))
        in_organisation = any(h.team.enterprise_id for h in self._houses.values())
        whole = '<p><label><input type="checkbox" name="org_wide"> For the whole organisation</label></p>' if in_organisation else ""
        return (
            f'<ul>{wanted}{own}</ul><form method="post"><p><label>You are <select name="user">{"".join(people)}</select></label></p>{whole}'
            '<p><button name="allow">Allow</button> <button name="deny">Cancel</button></p></form>'
        )


def _page(body: str, status: int = 200) -> web.Response:
    return web.Response(text=_PAGE.format(body=body), content_type="text/html", status=status, headers=_HEADERS)
