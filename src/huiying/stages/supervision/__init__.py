"""督办: what clocks ring for, and who stays with a case that is late until it is closed."""
