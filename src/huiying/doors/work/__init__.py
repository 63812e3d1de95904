"""The door of everyone who holds a case at some step: their list, the case, and the acts that are theirs."""
