"""The door for whoever builds pages: every component in every state and mode. No data, open to anyone."""
