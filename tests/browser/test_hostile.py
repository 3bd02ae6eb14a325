"""Can a malicious sender, or a browser that cannot do it, harm the person who reads?"""

import pytest

from tests.browser.conftest import Reader
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

_RUN = "window.pwned=1"
HOSTILE = [
    f"<script>{_RUN}</script>",
    f"</pre><script>{_RUN}</script>",
    f"</script><script>{_RUN}</script>",
    f"<img src=x onerror={_RUN}>",
    f"<svg onload={_RUN}>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<svg><animate onbegin={_RUN} attributeName=x dur=1s>",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={_RUN}>",
    f"<body onload={_RUN}>",
    f"<iframe srcdoc='<script>parent.{_RUN}</script>'>",
    f"<iframe src=javascript:parent.{_RUN}>",
    f"<object data=data:text/html,<script>{_RUN}</script>>",
    f"<embed src=javascript:{_RUN}>",
    f"<a href=javascript:{_RUN} autofocus onfocus={_RUN}>x</a>",
    f"<input autofocus onfocus={_RUN}>",
    f"<details open ontoggle={_RUN}>",
    f"<video><source onerror={_RUN}>",
    f"<audio src=x onerror={_RUN}>",
    f"<marquee onstart={_RUN}>",
    f"<style>@import'javascript:{_RUN}';</style>",
    f"<style>*{{animation:x}}@keyframes x{{}}</style><p onanimationstart={_RUN}>",
    f"<link rel=stylesheet href=javascript:{_RUN}>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    f"<meta http-equiv=refresh content='0;javascript:{_RUN}'>",
    "<base href=https://evil.example/>",
    f"<form action=javascript:{_RUN}><button autofocus>x</form>",
    f"<template><script>{_RUN}</script></template>",
    f"<noscript><p title='</noscript><img src=x onerror={_RUN}>'>",
    f"<!--><script>{_RUN}</script>-->",
    f"<![CDATA[<script>{_RUN}</script>]]>",
    f"<xmp></xmp><script>{_RUN}</script>",
    f"<textarea></textarea><script>{_RUN}</script>",
    f"<title></title><script>{_RUN}</script>",
    f'"><script>{_RUN}</script>',
    f"'><script>{_RUN}</script>",
    f"'-{_RUN}-'",
    f'";{_RUN};//',
    f"`${{{_RUN}}}`",
    f"${{{_RUN}}}",
    f"{{{{constructor.constructor('{_RUN}')()}}}}",
    f"{{{{ {_RUN} }}}}",
    "{% raw %}",
    f"javascript:{_RUN}",
    f"data:text/html,<script>{_RUN}</script>",
    "https://evil.example/",
    f"\\u003cscript\\u003e{_RUN}\\u003c/script\\u003e",
    f"&lt;script&gt;{_RUN}&lt;/script&gt;",
    f"\x00<script>{_RUN}</script>",
    f"\ufeff<script>{_RUN}</script>",
    f"\u202e<script>{_RUN}</script>",
    f"\uff1cscript\uff1e{_RUN}\uff1c/script\uff1e",
    "__proto__",
    '{"__proto__":{"pwned":1}}',
    f"]]>--></style></script><script>{_RUN}</script>",
]

# One page for all, so that what a payload does late is seen with the next one; a page that went elsewhere has forgotten `stayed`.
FOLLOW = """async url => {
  history.replaceState(null, "", url);
  dispatchEvent(new HashChangeEvent("hashchange"));
  while (pushpw.scenes.name() !== "step") await new Promise(done => setTimeout(done));
}"""
SEEN = """(() => {
  const place = document.querySelector("[data-payload]");
  return [place.textContent, window.pwned, ({}).pwned, place.children.length, window.stayed, location.origin];
})()"""


async def test_no_payload_is_ever_executed_loaded_or_changed(site: Site, reader: Reader) -> None:
    await reader.page.goto(f"{site.base_url}/p/")
    await reader.page.evaluate("window.stayed = true")
    for text in HOSTILE:
        link = await site.push(text)
        await reader.page.evaluate(FOLLOW, f"{link.path}#{link.fragment}")
        await reader.page.keyboard.press("Tab")
        await reader.page.keyboard.press("Enter")
        await reader.sees("shown")
        assert await reader.page.evaluate(SEEN) == [text, None, None, 0, True, site.base_url]
    await reader.page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    assert await reader.page.evaluate(SEEN) == [HOSTILE[-1], None, None, 0, True, site.base_url]
    assert len(HOSTILE) >= 50


async def test_the_page_has_no_form_and_no_way_out(site: Site, reader: Reader) -> None:
    await reader.page.goto(await site.url())
    assert await reader.page.locator("form, a, iframe, object, embed, [style], [onclick]").count() == 0


async def test_without_a_secure_context_the_page_says_so(site: Site, reader: Reader) -> None:
    await reader.page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    await reader.page.goto(await site.url())
    await reader.sees("insecure")


@pytest.mark.parametrize("lost", ["AbortController", "TextDecoder", "Promise"])
async def test_a_browser_that_cannot_unlock_is_told(site: Site, reader: Reader, lost: str) -> None:
    await reader.page.add_init_script(f"if (location.pathname.startsWith('/p/')) window.{lost} = undefined")
    await reader.page.goto(await site.url())
    await reader.sees("old")
    reader.complaints.clear()


async def test_a_script_changed_on_the_way_does_not_run_and_the_page_says_so(site: Site, reader: Reader) -> None:
    async def tamper(route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=await answer.text() + f"\n{_RUN}")

    await reader.page.route("**/static/pushpw.*.js", tamper)
    await reader.page.goto(await site.url())
    await reader.sees("old")
    assert await reader.page.evaluate("window.pwned") is None
    assert any("integrity" in complaint for complaint in reader.complaints)
    reader.complaints.clear()


async def test_without_javascript_the_page_says_what_to_do(site: Site, reader: Reader) -> None:
    browser = reader.page.context.browser
    assert browser is not None
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(await site.url())
    assert await page.get_by_role("heading").all_inner_texts() == ["This page needs JavaScript"]
    assert await page.get_by_role("button").count() == 0
    await context.close()


@pytest.mark.parametrize("width", [320, 390, 640])
async def test_no_state_is_wider_than_the_screen(site: Site, reader: Reader, width: int) -> None:
    await reader.page.set_viewport_size({"width": width, "height": 700})
    await reader.page.goto(await site.url("x" * 500))
    for name in await reader.page.locator("[data-state]").evaluate_all("sections => sections.map(s => s.dataset.state)"):
        await reader.page.evaluate("name => pushpw.scenes.show(name)", name)
        await reader.page.evaluate("for (const line of document.querySelectorAll('[data-line]')) line.hidden = false")
        assert await reader.page.evaluate("document.documentElement.scrollWidth") <= width, name
        low = await reader.page.locator("button:visible").evaluate_all("all => all.filter(b => b.offsetHeight < 48).length")
        assert low == 0, name
