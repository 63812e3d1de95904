"""研判: what a text looks like to a machine. No Django, no database, no network; it proposes, and named people decide."""
