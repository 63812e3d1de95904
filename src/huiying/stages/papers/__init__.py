"""文书: what a notice becomes on paper, its number, and by which way and when it reached whom it is for."""
