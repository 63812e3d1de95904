"""How an installation is set up: its settings, its home, its database. Nothing here decides anything about a case."""
