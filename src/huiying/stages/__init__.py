"""办: what people and staff do with a case, stage by stage, from intake to archive."""
