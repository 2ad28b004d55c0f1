"""What the window leaves on the computer: no folder of a dialog, and a report for support that was read first."""

import os
import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.gui.dialogs.support import SupportDialog
from app.gui.main_window import MainWindow
from app.project import Project

DIALOG = """
import sys
from PySide6.QtWidgets import QFileDialog
from app.gui.application import keep_no_places, make_application
application = make_application()
dialog = QFileDialog(None, "Add files", sys.argv[1])
dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
dialog.open()
dialog.accept()
dialog.deleteLater()
del dialog
application.processEvents()
keep_no_places()
"""


def test_no_folder_that_a_dialog_was_in_is_kept(tmp_path: Path, own_home: Path) -> None:
    folder = tmp_path / "Zembrovka^Tulia"
    folder.mkdir()
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, "-c", DIALOG, str(folder)], check=True, env=environment)
    kept = [path for path in own_home.rglob("*") if path.is_file()]
    assert not [path for path in kept if b"Zembrovka" in path.read_bytes()]
    assert not (own_home / ".config" / "QtProject.conf").exists()


def test_the_report_for_support_is_shown_and_saved_as_shown(
    window: MainWindow, labelled: Project, tmp_path: Path, qtbot: QtBot
) -> None:
    window.session.open(labelled.folder)
    window.show_support_report()
    dialog = window.findChild(SupportDialog)
    assert dialog is not None
    told = dialog.text.toPlainText()
    assert "rows of instance" in told
    assert str(labelled.folder) not in told
    dialog.save(tmp_path / "report.txt")
    assert (tmp_path / "report.txt").read_text(encoding="utf-8") == told
    assert not dialog.isVisible()
