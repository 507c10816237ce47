"""A Discord that runs on this machine, and the bot as a process beside it."""
