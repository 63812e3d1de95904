"""The city as an organisation: areas, units, staff and their posts, matters, and the duty catalogue (派单目录)."""
