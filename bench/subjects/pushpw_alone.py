"""How is pushpw measured without Slack behind it? The same service; Slack's API answers at once, from memory.

    python -m bench.subjects.pushpw_alone

Forms are rendered and records kept as in life. What is left out is the call itself: building an HTTP
request, sending it and reading the answer, which costs more than all that was done before the ack.
"""

from typing import Any

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.calls import SlackCalls
from bench.subjects.pretend_slack import answer_to
from bot import logs
from bot.server import run
from bot.settings import load


async def _from_memory(_: SlackCalls, method: str, **fields: Any) -> AsyncSlackResponse:
    return AsyncSlackResponse(
        client=None, http_verb="POST", api_url=method, req_args={}, data=answer_to(method), headers={}, status_code=200
    )


def main() -> None:
    """Serve until told to end, as `pushpw web` does."""
    settings = load()
    logs.set_up(settings.log_format, settings.log_level)
    SlackCalls._call = _from_memory  # type: ignore[assignment,method-assign]  # on purpose, in this process alone
    run(settings)


if __name__ == "__main__":
    main()
