"""How the reader in `bot/models` came to be; nothing here runs when a question is asked."""
