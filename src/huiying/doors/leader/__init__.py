"""The door of supervisors and leaders: what is stuck, how it goes; and for units, how they stand among their like."""
