"""What is logged, how, and what is silenced?

Events are constant names with facts as pairs. Libraries whose debug lines hold request bodies are
kept at WARNING whatever the level, and values that look like a link's fragment never get out.
"""

import logging
import re
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, WrappedLogger

# slack_sdk at DEBUG logs request bodies, slack_bolt bodies of requests that it refuses, aiohttp.access whole paths.
_TALKATIVE = ("slack_sdk", "slack_bolt", "aiohttp", "asyncio", "redis", "botbuilder", "msal", "urllib3", "limits")
_FRAGMENT = re.compile(r"1[op][A-Za-z0-9_-]{47}(\.[A-Za-z0-9_-]{22})?")
_PATH = re.compile(r"(/[pcr])/(?!\{\w+\})[^\s\"']+")  # but our own templates, /p/{id}/claim, tell nothing


def set_up(form: Literal["json", "console"], level: str) -> None:
    """Send every log line of this process, libraries included, to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def redact(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The last line of defence: link fragments and the ids in paths are cut out of every string."""
    return {name: _redacted(value) for name, value in event.items()}


def _redacted(value: object) -> object:
    if not isinstance(value, str):
        return value
    return _PATH.sub(r"\1/...", _FRAGMENT.sub("[link removed]", value))
