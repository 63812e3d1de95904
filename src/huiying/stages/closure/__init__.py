"""答复与结案: the reply that is served, the person's word on it, and the end of what is kept."""
