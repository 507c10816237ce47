"""A question at run time: from the message to the reply."""
