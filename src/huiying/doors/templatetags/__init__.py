"""What pages need to say codes in people’s words."""
