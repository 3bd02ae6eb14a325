"""Who plays in the tests?"""

from core.identity import Member, Platform, Workspace


def member(name: str, workspace: str = "T0ACME", platform: Platform = "slack") -> Member:
    return Member(Workspace(platform, workspace), name)


ALICE = member("U0ALICE")
BOB = member("U0BOB")
EVE = member("U0EVE")
