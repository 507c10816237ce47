"""Tests of the package `bot`, a file for each of its modules."""
