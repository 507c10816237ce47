"""The tests; a package, so that tests/index is not taken for index."""
