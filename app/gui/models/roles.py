"""What models answer to the delegates that paint them, beyond Qt's own roles."""

from PySide6.QtCore import Qt

CHIP_ROLE = Qt.ItemDataRole.UserRole + 1
"""A chip's colour ("#rrggbb"), or "" for a cell without a chip."""
