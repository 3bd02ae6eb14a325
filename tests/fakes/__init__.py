"""The doubles that stand behind the ports in tests. They pass the same contract tests as the real things."""

from tests.fakes.people import ALICE, BOB, EVE, member
from tests.fakes.push_store import FakePushStore
from tests.fakes.receipt_book import FakeReceiptBook
from tests.fakes.recorders import RecordingAskDelivery, RecordingAudit, RecordingDelivery, RecordingOutbox
from tests.fakes.request_book import FakeRequestBook
from tests.fakes.small import FakeLimiter, FakeSealedRecords, FakeSeenBefore, ManualClock, SeededRandom
from tests.fakes.workspaces import FakeLocks, FakeWorkspaceRecords

__all__ = [
    "ALICE",
    "BOB",
    "EVE",
    "FakeLimiter",
    "FakeLocks",
    "FakePushStore",
    "FakeReceiptBook",
    "FakeRequestBook",
    "FakeSealedRecords",
    "FakeSeenBefore",
    "FakeWorkspaceRecords",
    "ManualClock",
    "RecordingAskDelivery",
    "RecordingAudit",
    "RecordingDelivery",
    "RecordingOutbox",
    "SeededRandom",
    "member",
]
