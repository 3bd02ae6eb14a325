"""What is logged, how, and what is silenced?

Events are constant names with facts as pairs. Libraries whose debug lines hold request bodies are
kept at WARNING whatever the level, and values that look like a link's fragment, a token of Slack's
or Microsoft's, or an address that Slack answers at never get out.
"""

import json
import logging
import re
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, WrappedLogger

# slack_sdk at DEBUG logs request bodies, slack_bolt bodies of requests that it refuses, aiohttp.access whole paths.
TALKATIVE = ("slack_sdk", "slack_bolt", "aiohttp", "asyncio", "redis", "botbuilder", "msal", "urllib3", "limits")
_CUTS = (
    (re.compile(r"1[op][A-Za-z0-9_-]{47}(\.[A-Za-z0-9_-]{22})?"), "[link removed]"),
    (re.compile(r"(/[pcr])/(?!\{)[^\s\"']+"), r"\1/..."),  # a path with an id; a route's template stays
    # Wherever they begin: in what `repr` writes of a line's end, a letter stands before them.
    (re.compile(r"(?:xox[a-z](?:\.xox[a-z])?|xapp)-[A-Za-z0-9-]+"), "[token removed]"),
    (re.compile(r"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*"), "[token removed]"),  # a JWT, as Microsoft's are
    # Who has a response_url may speak in our name for half an hour. JSON may write its slashes as \/.
    (re.compile(r"(hooks\.slack\.com)\\*/[^\s\"'<>]*"), r"\1/..."),
)
_SUSPECT = re.compile(r"1[op]|/[pcr]/|xox|xapp|eyJ|hooks")
"""In whatever a cut would touch: most words hold none of these, and are looked at once instead of five times."""
_DEEPEST = 8


def set_up(form: Literal["json", "console"], level: str) -> None:
    """Send every log line of this process, libraries included, to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer = json_line if form == "json" else _redacted_first(structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()))
    # Our own lines go straight out: by way of the standard library each would cost a fifth of a request.
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,  # a logger that was used before `set_up` must follow it, too
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
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def json_line(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """The event as a line of JSON, without what `redact` takes out.

    JSON escapes no character that a cut begins with. So a line without one needs no cut, and to look at the line once is
    a third of the price of looking at every word before it.
    """
    try:
        line = _as_json(event)
    except (TypeError, ValueError, RecursionError):  # odd names, or what holds itself
        return _as_json(redact(logger, method, event))
    return _as_json(redact(logger, method, event)) if _SUSPECT.search(line) else line


def _redacted_first(renderer: structlog.typing.Processor) -> structlog.typing.Processor:
    return lambda logger, method, event: renderer(logger, method, redact(logger, method, event))


_as_json = json.JSONEncoder(default=repr).encode


def redact(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The last line of defence: links, ids in paths, tokens and answer addresses are cut out, however deep they lie."""
    return {name: _redacted(value) for name, value in event.items()}


def _redacted(value: object, depth: int = 0) -> object:
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return _cut(value)
        case _ if depth > _DEEPEST:  # also what holds itself comes to an end
            return "..."
        case dict():
            return {_cut(str(name)): _redacted(inner, depth + 1) for name, inner in value.items()}
        case list() | tuple():
            return [_redacted(inner, depth + 1) for inner in value]
    return _cut(repr(value))  # what the renderers would write of it


def _cut(text: str) -> str:
    if not _SUSPECT.search(text):
        return text
    for pattern, instead in _CUTS:
        text = pattern.sub(instead, text)
    return text
