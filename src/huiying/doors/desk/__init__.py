"""The door of call-takers: one screen for a call, a visit or a letter; answer on the spot, look a caller up."""
