"""How do those who were named by e-mail address get into an order?"""

from collections.abc import Sequence
from dataclasses import replace

from core.bridge import Bridge, addresses_in
from core.creation import Order, Recipient
from core.engine import PushEngine
from core.policy import Standing


async def with_those_across(
    engine: PushEngine, bridge: Bridge, order: Order, people: Sequence[Recipient], typed: str
) -> tuple[Order, list[Recipient]]:
    """The order and all whom it is for: `people`, and in the other chat whoever has the addresses in `typed`.

    Nobody is looked up for an order that would be refused anyway: who wants to know whether somebody is there has to
    push them something, which they see. Raises BadInput, TooMany or StoreUnavailable.
    """
    addresses = addresses_in(typed)
    if not addresses:
        return order, list(people)
    await engine.check(order, [*(each.standing for each in people), *(Standing.ACROSS for _ in addresses)])
    crossing = await bridge.cross(order.sender, addresses)
    return replace(order, sender=crossing.sender), [*people, *crossing.recipients]
