"""Which invokes are there? Their names, as Teams spells them."""

from adapters.teams.gestures import Payload

CARD_ACTION = "adaptiveCard/action"
EXTENSION_FETCH, EXTENSION_SUBMIT = "composeExtension/fetchTask", "composeExtension/submitAction"
TASK_FETCH, TASK_SUBMIT = "task/fetch", "task/submit"
DIALOGS = frozenset({EXTENSION_FETCH, EXTENSION_SUBMIT, TASK_FETCH, TASK_SUBMIT})
SUBMITS = frozenset({EXTENSION_SUBMIT, TASK_SUBMIT})


def is_invoke(payload: Payload) -> bool:
    """Whether somebody waits for a body in the answer; everything else is told, not asked."""
    return payload.get("type") == "invoke"
