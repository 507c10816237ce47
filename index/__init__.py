"""Articles at rest: from a source to the files that a search reads."""
