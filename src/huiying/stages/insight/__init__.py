"""研判 insight: what all cases together say, counted as they happen."""
