"""The invented demo city: its areas, units, people, duties, and the demands that its people bring."""
