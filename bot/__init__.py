"""The running program: settings, wiring, server, command line."""
