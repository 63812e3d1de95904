"""身份保管: who brought the demand is sealed apart, opened for a purpose only, and every opening is an act."""
