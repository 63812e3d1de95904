"""What anybody may ask: the front page, whether the system lives, figures for monitoring."""
