"""What could not have come from Teams is told apart from what could."""

from typing import Any

import pytest

from adapters.teams.shape import is_sound
from tests.integration.teams_door import TENANT, activity

URL = "https://smba.trafficmanager.net/emea/"


@pytest.mark.parametrize(
    "changes",
    [
        {"type": None},
        {"type": 7},
        {"id": ""},
        {"id": 7},
        {"from": None},
        {"from": {"id": "29:x"}},
        {"from": {"id": "29:x", "aadObjectId": "x"}},
        {"from": {"id": 7, "aadObjectId": TENANT}},
        {"recipient": None},
        {"recipient": {"id": "28:b", "isTargeted": "yes"}},
        {"conversation": {"tenantId": TENANT}},
        {"conversation": {"id": ["a"], "tenantId": TENANT}},
        {"conversation": {"id": "", "tenantId": TENANT}},
        {"text": 7},
        {"text": {"a": 1}},
        {"value": "x"},
        {"locale": 7},
        {"entities": {"type": "mention"}},
        {"entities": ["mention"]},
        {"entities": [{"type": "mention", "mentioned": "x"}]},
        {"type": "installationUpdate", "action": None},
        {"type": "installationUpdate"},
        {"type": "conversationUpdate", "membersAdded": "x"},
        {"type": "conversationUpdate", "membersAdded": [{"name": "x"}]},
        {"type": "invoke", "name": 7},
        {"type": "invoke", "name": "composeExtension/fetchTask"},
        {"type": "invoke", "name": "composeExtension/fetchTask", "value": {}},
        {"type": "invoke", "name": "composeExtension/fetchTask", "value": {"commandId": "push", "messagePayload": "x"}},
        {
            "type": "invoke",
            "name": "composeExtension/fetchTask",
            "value": {"commandId": "push", "messagePayload": {"body": {"content": 7}}},
        },
        {"type": "invoke", "name": "composeExtension/submitAction", "value": {"commandId": "push"}},
        {"type": "invoke", "name": "composeExtension/submitAction", "value": {"data": {"dialog": 7}}},
        {"type": "invoke", "name": "composeExtension/submitAction", "value": {"data": {"dialog": "push", "secret": ["x"]}}},
        {"type": "invoke", "name": "task/fetch", "value": {"data": "push"}},
        {"type": "invoke", "name": "task/submit", "value": None},
        {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": {"type": "Action.Execute"}}},
        {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": {"type": "Action.Submit", "verb": "burn"}}},
        {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": {"type": "Action.Execute", "verb": "burn", "data": "x"}}},
        {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": "burn"}},
        {"type": "invoke", "name": "adaptiveCard/action", "value": []},
    ],
    ids=str,
)
def test_what_teams_would_not_send_is_not_sound(changes: dict[str, Any]) -> None:
    assert not is_sound(activity(URL, "1") | changes)
