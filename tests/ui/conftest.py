"""What tests of the components may have."""

from __future__ import annotations

from components import shown

__all__ = ["shown"]
