"""The running program: settings, wiring, server, command line."""

VERSION = "0.1.0"
"""As pyproject.toml has it. A checkout is not installed, so nothing else could say."""
