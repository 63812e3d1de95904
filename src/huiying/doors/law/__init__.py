"""The door to the law: every instrument as staff read it, its examples with their results, and local limits."""
