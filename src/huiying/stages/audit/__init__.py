"""联合审计 as a sample: a list committed to, a public draw, and what was found of the drawn cases."""
