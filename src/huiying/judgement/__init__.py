"""研判: what a text looks like to a machine. No Django, database or network; it proposes, named people decide."""
