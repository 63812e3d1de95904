"""法: what must happen. Pure functions and data files; no Django, no clock, no database, no settings."""
