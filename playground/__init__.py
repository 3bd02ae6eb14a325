"""A pretend Slack workspace: the double that the tests use, with a page on top for people."""
