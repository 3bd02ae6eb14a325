"""Slack: its requests in, its views and messages out."""
