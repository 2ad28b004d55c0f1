"""The window: menus, the steps at the left, the page at the right; what is open is in the session."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import NAME, NOTICE
from app.errors import USER_ERRORS
from app.gui import theme
from app.gui.auto_lock import AutoLock
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.restore import offer_backup
from app.gui.dialogs.unlock import LABELS, ask_passphrase
from app.gui.icons import icon
from app.gui.jobs import JobRunner
from app.gui.menus import Menus
from app.gui.pages import PAGES
from app.gui.pages.base import Page
from app.gui.pages.start import StartPage
from app.gui.renewing import Renewing
from app.gui.safekeeping import Safekeeping
from app.gui.session import Session
from app.gui.steps import STEPS
from app.gui.training.board import Board
from app.gui.way_in import WayIn
from app.gui.widgets import private_clipboard
from app.gui.widgets.job_status import JobStatus
from app.gui.widgets.look_only import LOOKING, LookOnlyBanner
from app.gui.widgets.rail import Rail
from labeller import CatalogueDamagedError

SAID = 20_000
"""As many milliseconds what was done last is told; an old word would be taken for a new one."""


class MainWindow(QMainWindow):
    """Shows one page at a time. Pages are made when they are first shown."""

    def __init__(self, session: Session, jobs: JobRunner) -> None:
        super().__init__()
        self.session = session
        self.jobs = jobs
        self.pages: dict[str, QWidget] = {}
        self._asked_reader = False
        self.rail = Rail(STEPS)
        self.stack = QStackedWidget()
        self.start = StartPage(session)
        self.stack.addWidget(self.start)
        self.look_only = LookOnlyBanner(lambda: self.open_folder(self.session.project.folder))
        self.setCentralWidget(_beside(self.rail, _above(self.look_only, self.stack)))
        self.safekeeping = Safekeeping(session, self)
        self.menus = Menus(self)
        self.statusBar().addPermanentWidget(JobStatus(jobs))
        self.statusBar().addPermanentWidget(QLabel(f"{NOTICE} "))
        self.auto_lock = AutoLock(session, self)
        self.board = Board(session, jobs, self)
        self.setAcceptDrops(True)
        self.setWindowIcon(icon("leadglass"))
        self.resize(1280, 800)
        self.restoreGeometry(session.preferences.geometry)
        self._connect()
        self._on_project_changed()

    def _connect(self) -> None:
        self.rail.chosen.connect(self.go)
        self.session.navigate.connect(self.go)
        self.session.project_changed.connect(self._on_project_changed)
        self.session.status.connect(lambda text: self.statusBar().showMessage(text, SAID))
        self.session.vault_changed.connect(self._on_vault_changed)
        self.start.new_wanted.connect(self.new_project)
        self.start.open_wanted.connect(self.open_project)
        self.start.sample_wanted.connect(self.open_sample)
        self.start.project_chosen.connect(self.open_folder)

    def go(self, name: str) -> None:
        """Show the page of a step."""
        if not self.session.is_open or (self.session.writer and name not in LOOKING) or name in self.rail.off:
            return
        page = self.pages.get(name) or self._make(name)
        self.stack.setCurrentWidget(page)
        self.rail.mark(name)
        self.session.preferences.set_page(self.session.project.identifier, name)
        _activate(page)

    def current_page(self) -> QWidget | None:
        """Return the page that is shown."""
        return self.stack.currentWidget()

    def _make(self, name: str) -> QWidget:
        page = PAGES[name](self.session, self.jobs)
        self.pages[name] = page
        self.stack.addWidget(page)
        return page

    def _on_vault_changed(self) -> None:
        if self.session.vault is None:
            private_clipboard.forget()

    def _on_project_changed(self) -> None:
        was = next((name for name, page in self.pages.items() if page is self.current_page()), "")
        self._drop_pages()
        opened = self.session.is_open
        name = self.session.project.name if opened else ""
        self.setWindowTitle(f"{name} – {NAME}" if opened else NAME)
        self.rail.show_project(name)
        self.look_only.show_writer(self.session.writer)
        if self.session.writer is not None:
            self.rail.allow_only(LOOKING)
        self.menus.show_state(project_open=opened)
        if not opened:
            self.safekeeping.end()
            self.stack.setCurrentWidget(self.start)
            self.start.activate()
        else:
            self.go("label" if self.session.writer else was or self._page_to_begin_with())
            self.safekeeping.begin()

    def _page_to_begin_with(self) -> str:
        """Return the step at which work in this project ended, the first step that there is work for in a new one."""
        before = self.session.preferences.page(self.session.project.identifier)
        if before in {step.name for step in STEPS} and before not in self.rail.off:
            return before
        return "mask" if self.session.catalogue.count() else "import"

    def _drop_pages(self) -> None:
        # Pages end with their project, so that nothing of one project is ever seen in another.
        for page in self.pages.values():
            self.stack.removeWidget(page)
            page.deleteLater()
        self.pages.clear()

    # Commands of the menus; the names stand in actions.COMMANDS.

    def new_project(self) -> None:
        """Ask for name, place, profile and protection, make the project and open it."""
        from app.gui.new_project import NewProjectDialog

        dialog = NewProjectDialog(self)
        dialog.made.connect(self.open_folder)
        dialog.open()

    def open_project(self) -> None:
        """Ask for a project's folder and open it."""
        folder = QFileDialog.getExistingDirectory(self, "Open a project (a folder ending in .leadglass)")
        if folder:
            self.open_folder(Path(folder))

    def open_sample(self) -> None:
        """Open the sample project, made where it does not exist yet, and import its images."""
        from app.gui.sample import open_sample

        try:
            sources = open_sample(self.session)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
        else:
            self.go("import" if sources else "mask")
            if sources:
                self.session.import_requested.emit(sources)

    def open_folder(self, folder: Path) -> None:
        """Open the project in `folder`, or say why that is impossible."""
        if self._may_stop_work("Opening another project"):
            try:
                way_in = self.session.way_into(folder, ask_passphrase(self, LABELS))
            except USER_ERRORS as error:
                show_error(self, str(error), error.remedy)
                return
            if way_in is not None and Renewing.wanted(way_in.project):
                Renewing(way_in.project, self, lambda: self._open(way_in)).begin()
            elif way_in is not None:
                self._open(way_in)

    def _open(self, way_in: WayIn) -> None:
        try:
            self.session.enter(way_in)
        except CatalogueDamagedError as error:
            offer_backup(self, way_in, error)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)

    def close_project(self) -> None:
        """Close the project and show the start page."""
        if self._may_stop_work("Closing the project"):
            self.session.close()

    def choose_reader(self) -> None:
        """Ask who reads, and in which role."""
        from app.gui.dialogs.reader import ReaderDialog

        ReaderDialog(self.session, self).open()

    def ask_reader_once(self) -> None:
        """When the first project opens, ask who reads, unless nobody else has read in it and the name is known."""
        session = self.session
        if not session.is_open or self._asked_reader:
            return
        self._asked_reader = True
        if len(session.catalogue.readers()) > 1 or not session.preferences.has_reader:
            self.choose_reader()

    def choose_images_to_label(self) -> None:
        """Ask whether readers see masked images or originals."""
        from app.gui.labelling.label_originals import LabelOriginalsDialog

        LabelOriginalsDialog(self.session, self).open()

    def exchange_labels(self) -> None:
        """Read and write labels as files."""
        from app.gui.labelling.label_files import LabelFilesDialog
        from app.gui.pages.label_page import LabelPage

        self.go("label")
        dialog = LabelFilesDialog(self.session, self.jobs, self)
        page = self.pages.get("label")
        if isinstance(page, LabelPage):
            dialog.read_in.connect(page.steps.take_in)
        dialog.open()

    def show_words(self) -> None:
        """Show the distinct words and texts of the project."""
        self._show_in_mask("show_words")

    def show_rules(self) -> None:
        """Show by which rules the project masks."""
        self._show_in_mask("show_rules")

    def _show_in_mask(self, method: str) -> None:
        self.go("mask")
        if (page := self.pages.get("mask")) is self.current_page():
            getattr(page, method)()

    def show_vault(self) -> None:
        """Show who is who, once the vault is unlocked."""
        self.go("vault")

    def lock_vault(self) -> None:
        """Close the vault, so that its passphrase must be entered again."""
        if self.session.can_lock:
            self.session.lock()
            self.session.status.emit("The vault is locked.")
        elif self.session.vault is not None:
            self.session.status.emit(
                "This vault opens by itself under your account: only a passphrase locks it."
            )

    def show_courses(self) -> None:
        """Show the curves of the project's trainings in TensorBoard."""
        self.board.open(self.session.project.models)

    def show_folder(self) -> None:
        """Open the project's folder in the system's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.session.project.folder)))

    def switch_theme(self) -> None:
        """Dark to light and back."""
        name, scale = theme.current()
        self._apply_theme("light" if name == "dark" else "dark", scale)

    def larger(self) -> None:
        """Make the text larger."""
        name, scale = theme.current()
        self._apply_theme(name, scale + 0.1)

    def smaller(self) -> None:
        """Make the text smaller."""
        name, scale = theme.current()
        self._apply_theme(name, scale - 0.1)

    def normal_size(self) -> None:
        """Text of the system's size."""
        self._apply_theme(theme.current()[0], 1.0)

    def show_help(self) -> None:
        """Show what the page is for and all keys."""
        from app.gui.dialogs.help import HelpDialog

        page = self.current_page()
        HelpDialog(page if isinstance(page, Page) else None, self).open()

    def show_keys(self) -> None:
        """Show all keys, which can be changed there."""
        from app.gui.dialogs.keys import KeysDialog

        KeysDialog(self).open()

    def show_support_report(self) -> None:
        """Show what support needs to know, to be saved."""
        from app.gui.dialogs.support import SupportDialog

        SupportDialog(self.session, self).open()

    def show_about(self) -> None:
        """Show version, notice and licences."""
        from app.gui.dialogs.help import AboutDialog

        AboutDialog(self).open()

    def _apply_theme(self, name: str, scale: float) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme.apply_theme(application, name, scale)
        preferences = self.session.preferences
        preferences.theme, preferences.scale = theme.current()
        self.rail.repaint_icons()
        _activate(self.stack.currentWidget())

    def _may_stop_work(self, what: str) -> bool:
        if not any(job.heavy for job in self.jobs.active):
            self.jobs.shutdown()
            return True
        kinds = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self,
            NAME,
            f"{what} stops the work that is running. What it has finished is kept. Go on?",
            kinds.Yes | kinds.No,
            kinds.No,
        )
        if answer == kinds.Yes:
            self.jobs.shutdown()
        return answer == kinds.Yes

    # Qt's own events.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files and folders while a project is open."""
        if self.session.is_open and event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand dropped files and folders to the Import page."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.go("import")
            self.session.import_requested.emit(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask before work is stopped; leave no child behind."""
        if not self._may_stop_work("Closing the window"):
            event.ignore()
            return
        self.jobs.shutdown()
        self.session.preferences.geometry = self.saveGeometry()
        self.session.close()
        super().closeEvent(event)


def _beside(left: QWidget, right: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.addWidget(left)
    row.addWidget(right, 1)
    return holder


def _above(upper: QWidget, lower: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(upper)
    column.addWidget(lower, 1)
    return holder


def _activate(page: QWidget | None) -> None:
    activate = getattr(page, "activate", None)
    if callable(activate):
        activate()


def raise_window(window: MainWindow) -> None:
    """Show the window in front of the others."""
    window.show()
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
