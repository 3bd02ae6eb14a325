"""How does a push become the answer to a secret request?

It is made first, as any push is, and counts as the answer after that: nobody may read that a request is
answered while there is nothing to open.
"""

from core.creation import Created, Order
from core.engine import PushEngine
from core.errors import NotYours, StoreUnavailable
from core.secret_request import SecretRequest
from core.secret_requests import SecretRequests


async def answer(engine: PushEngine, requests: SecretRequests, request: SecretRequest, order: Order) -> Created | None:
    """The push that answers `request`; None where something else has ended it before, say an answer from a second window.

    Then the push is taken back. Raises what `PushEngine.create` raises, and then nothing was made.
    """
    created = await engine.create(order)
    try:
        if not await _counts(requests, request, created):
            await engine.burn(created.receipt.reference, order.sender)
            return None
    except StoreUnavailable:
        # The push is made and on its way: whoever heard now that nothing was sent would send it a second time.
        return created
    return created


async def _counts(requests: SecretRequests, request: SecretRequest, created: Created) -> bool:
    try:
        return await requests.answered(request.id, created.receipt.sender, created.receipt.reference)
    except NotYours:
        return False
