"""On what was it measured? The machine, and the versions of all that took part."""

import os
import platform
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

from bench.children import ROOT


def machine() -> str:
    """Cores, processor, system, Python, and how busy the machine was already."""
    load = f"; load average {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} cores ({_processor()}), {platform.system()} {platform.release()}, Python {platform.python_version()}{load}"


def versions(store: str) -> str:
    """Pushpw with its commit, and the libraries that the figures depend on. `store`: what the server says of itself."""
    known = ", ".join(f"{name} {version(name)}" for name in ("aiohttp", "uvloop", "redis", "hiredis", "cryptography"))
    return f"pushpw {_pushpw()}, {known}, {store}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _pushpw() -> str:
    number = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    commit = _git("rev-parse", "--short=8", "HEAD")
    if not commit:
        return str(number)
    return f"{number} at {commit}{' with changes' if _git('status', '--porcelain', '--', 'core', 'adapters', 'bot') else ''}"


def _git(*arguments: str) -> str:
    try:
        asked = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""
