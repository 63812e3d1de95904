"""The door of call-takers: register a call or a visit, look a caller up, answer on the spot."""
