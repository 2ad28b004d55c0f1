"""Tells the user what went wrong and what to do about it."""

from PySide6.QtWidgets import QMessageBox, QWidget

from app.errors import for_window


def show_error(parent: QWidget | None, message: str, remedy: str = "") -> QMessageBox:
    """Open a box with the message and the remedy; it does not stop the program's own work."""
    box = QMessageBox(QMessageBox.Icon.Warning, "Leadglass", message, QMessageBox.StandardButton.Ok, parent)
    box.setInformativeText(for_window(remedy))
    box.open()
    return box
