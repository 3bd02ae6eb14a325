"""How does a workflow step end?  After docs.slack.dev/reference/methods/functions.completeSuccess."""

from playground.house import Call, Execution, House
from playground.refusals import Json, Refused


def succeed(house: House, call: Call) -> Json:
    """functions.completeSuccess. The outputs must be those that the manifest declares."""
    execution = _running(house, call)
    outputs = call.arguments.get("outputs")
    if not isinstance(outputs, dict):
        raise Refused("invalid_arguments", ["[ERROR] must provide an object [json-pointer:/outputs]"])
    missing, unknown = execution.required - outputs.keys(), outputs.keys() - execution.declared
    if missing or unknown:
        raise Refused("parameter_validation_failed", [f"[ERROR] output parameter: {name}" for name in sorted(missing | unknown)])
    execution.state, execution.outputs = "completed", outputs
    return {}


def fail(house: House, call: Call) -> Json:
    """functions.completeError. Slackbot tells the `error` to whoever started the workflow."""
    execution = _running(house, call)
    execution.state, execution.error = "failed", str(call.need("error"))
    return {}


def _running(house: House, call: Call) -> Execution:
    execution = house.executions.get(str(call.need("function_execution_id")))
    if execution is None:
        raise Refused("function_execution_not_found")
    if execution.state != "running":
        raise Refused("execution_not_in_running_state")
    return execution
