"""Where does botbuilder's own CloudAdapter come from? From botbuilder-integration-aiohttp, beside the botbuilder that we have.

It is put into bench/.peers at the first call. Where that cannot be done, the base class that botbuilder-core itself
has is measured behind the thinnest handler.
"""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from bench.children import ROOT

_INSTALL_WITHIN = 120.0


def folder() -> Path | None:
    """What PYTHONPATH needs; None where it cannot be had."""
    edition = version("botbuilder-core")
    place = ROOT / "bench" / ".peers" / f"botbuilder-{edition}"
    done = place / "done"
    if done.exists():
        return place
    wanted = f"botbuilder-integration-aiohttp=={edition}"
    # Without what it depends on: botbuilder-core and aiohttp are to be the same for everybody.
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--no-deps",
        "--target",
        str(place),
    ]
    try:
        subprocess.run([*pip, wanted], check=True, capture_output=True, timeout=_INSTALL_WITHIN)
    except (OSError, subprocess.SubprocessError):
        return None
    done.touch()
    return place
