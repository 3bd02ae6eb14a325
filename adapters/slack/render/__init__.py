"""How does a result look in Slack? Results in, views and messages out (Block Kit), one file for each thing that is shown."""
