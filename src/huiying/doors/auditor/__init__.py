"""The door of auditors: lists that were committed to, their draws, and what was found."""
