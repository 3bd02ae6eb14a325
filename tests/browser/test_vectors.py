"""Does the shipped script read format 1 as the test vectors say, each one of them?"""

import json

import pytest

from tests.browser.conftest import Reader
from tests.browser.site import Site
from tests.vectors.make_vectors import HERE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# The page's own functions, as the person's press would call them.
READ_ALL = """
async (vectors) => {
  const { link, sealing, payload } = pushpw;
  const read = async (vector) => {
    const url = new URL(vector.url);
    const found = await link.parse(url.pathname, url.hash);
    if (vector.sealed === undefined) return { opened: true };
    const sealingKey = await sealing.inputKey(found.key, vector.passphrase);
    const opened = payload.unframe(await sealing.open(link.decode(vector.sealed), sealingKey, found.mode, found.id));
    return {
      link_proof: link.encode(await sealing.linkProof(found.key, found.id)),
      pass_proof: found.mode === "p" ? link.encode(await sealing.passProof(sealingKey, found.id)) : "",
      kind: opened.kind, data: link.encode(opened.data), facts: opened.facts,
      text: opened.text === null || link.encode(new TextEncoder().encode(opened.text)) === link.encode(opened.data),
    };
  };
  const told = {};
  for (const vector of vectors) {
    try { told[vector.name] = await read(vector); } catch (refusal) { told[vector.name] = refusal.code || String(refusal); }
  }
  return JSON.stringify(told);
}
"""


async def read_all(site: Site, reader: Reader, name: str) -> tuple[list[dict[str, object]], dict[str, object]]:
    vectors = json.loads((HERE / name).read_text("ascii"))["vectors"]
    await reader.page.goto(f"{site.base_url}/p/")
    return vectors, json.loads(await reader.page.evaluate(READ_ALL, vectors))


async def test_every_good_vector_opens_in_the_page(site: Site, reader: Reader) -> None:
    vectors, told = await read_all(site, reader, "good.json")
    wanted = {v["name"]: {**{f: v[f] for f in ("link_proof", "pass_proof", "kind", "data", "facts")}, "text": True} for v in vectors}
    assert told == wanted


async def test_every_bad_vector_is_refused_by_the_page_as_it_says(site: Site, reader: Reader) -> None:
    vectors, told = await read_all(site, reader, "bad.json")
    assert told == {vector["name"]: vector["expect"] for vector in vectors}
