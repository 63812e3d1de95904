"""Huiying 回应: complaint and report handling for Chinese cities, districts and counties."""
