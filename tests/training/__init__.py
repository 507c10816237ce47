"""Tests of the package `bot.training`, a file for each of its modules."""
