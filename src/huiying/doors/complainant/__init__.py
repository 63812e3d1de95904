"""The door of whoever brings a demand: file it, follow it by its receipt code, act on it. No account."""
