"""Identities on the clipboard: for pasting here and now, not for histories, other devices, or after the vault locks."""

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

OURS = "application/x-leadglass-identities"
_WINDOWS = 'application/x-qt-windows-mime;value="{}"'
# What clipboard histories ask for: Windows' own (Win+V, and its copy on other devices), and KDE's.
_SIGNS = {
    OURS: b"1",
    _WINDOWS.format("ExcludeClipboardContentFromMonitorProcessing"): b"\1\0\0\0",
    _WINDOWS.format("CanIncludeInClipboardHistory"): b"\0\0\0\0",
    _WINDOWS.format("CanUploadToCloudClipboard"): b"\0\0\0\0",
    "x-kde-passwordManagerHint": b"secret",
}


def put(text: str) -> None:
    """Put text that may tell who somebody is on the clipboard; `forget` takes it away again."""
    content = QMimeData()
    content.setText(text)
    for name, value in _SIGNS.items():
        content.setData(name, value)
    QGuiApplication.clipboard().setMimeData(content)


def forget() -> None:
    """Empty the clipboard, if what `put` put there is still on it."""
    clipboard = QGuiApplication.clipboard()
    content: QMimeData | None = clipboard.mimeData()  # None where nothing was ever copied
    if content is not None and content.hasFormat(OURS):
        clipboard.clear()
