"""The door for programs: the same verbs as JSON, with tokens."""
