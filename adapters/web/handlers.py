"""What does a page's POST mean? One function for each thing a claimant may do."""

from adapters.web import parse, render
from adapters.web.render import Answer
from core.engine import PushEngine
from core.errors import BadInput, StoreUnavailable, TooMany


class Claimants:
    """What the person with the link may do: claim, acknowledge, burn."""

    def __init__(self, engine: PushEngine) -> None:
        self._engine = engine
        self._acts = {"claim": self._claim, "ack": self._acknowledge, "burn": self._burn}

    async def act(self, act: str, spelled_id: str, body: bytes, address: str) -> Answer:
        """Do what `act` says (claim, ack or burn) for the push that `spelled_id` names."""
        try:
            return await self._acts[act](spelled_id, body, address)
        except BadInput as refusal:
            return render.bad_input(refusal)
        except TooMany as refusal:
            return render.too_many(refusal)
        except StoreUnavailable:
            return render.store_unavailable()

    async def _claim(self, spelled_id: str, body: bytes, address: str) -> Answer:
        push_id, attempt = parse.push_id(spelled_id), parse.claim_attempt(body)
        return render.granted_or_refused(await self._engine.claim(push_id, attempt, address))

    async def _acknowledge(self, spelled_id: str, body: bytes, _address: str) -> Answer:
        await self._engine.acknowledge(parse.push_id(spelled_id), parse.granted_nonce(body))
        return Answer(204)  # also for a nonce that was never granted: it tells a stranger nothing

    async def _burn(self, spelled_id: str, body: bytes, address: str) -> Answer:
        push_id, attempt = parse.push_id(spelled_id), parse.burn_attempt(body)
        return render.burned_or_refused(await self._engine.burn_as_claimant(push_id, attempt, address))
