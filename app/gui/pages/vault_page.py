"""Vault: who is who, for those who may know. Shows no identity before the vault is unlocked."""

from functools import partial

from PySide6.QtWidgets import QStackedWidget, QTabWidget, QWidget

from anonymizer import Contents
from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.unlock import unlocked
from app.gui.jobs import JobRunner
from app.gui.pages.base import Page
from app.gui.session import Session
from app.gui.vault.list_pane import ListPane
from app.gui.vault.lock_pane import LockPane
from app.gui.vault.patients_pane import PatientsPane
from app.gui.vault.work import VaultWork
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.text import label
from app.workflows.vaults import contents


class VaultPage(Page):
    """A tab for the patients, one for the list of pseudonyms, one for the lock."""

    title = "Vault"
    purpose = (
        "Who is who: kept encrypted on this computer alone. What is done here is recorded, without names."
    )
    help_lines = (
        ("Ctrl+F", "look for a patient"),
        ("Enter", "find what was typed"),
        ("Ctrl+Shift+K", "lock the vault"),
    )

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.held = label("", "muted")
        self.patients = PatientsPane(session, jobs)
        self.list, self.lock = ListPane(session), LockPane(session)
        self._counting = VaultWork(session, self)
        self._counting.failed.connect(partial(show_error, self))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.patients, "Patients")
        self.tabs.addTab(self.list, "Pseudonym list")
        self.tabs.addTab(self.lock, "Lock")
        self.locked = EmptyState(
            "The vault is locked",
            "It holds the patients' names, IDs and birth dates. They are shown once it is unlocked.",
            ("&Unlock the vault", self.unlock),
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(self.locked)
        self.stack.addWidget(self.tabs)
        self.body.addWidget(self.held)
        self.body.addWidget(self.stack, 1)
        self.tabs.currentChanged.connect(lambda _place: self._show_tab())
        self.lock.lock_wanted.connect(session.lock)
        session.vault_changed.connect(self._on_vault_changed)
        for pane in (self.patients, self.list, self.lock):
            pane.changed.connect(self._show_contents)

    def activate(self) -> None:
        """Show what the vault holds, or that it is locked; asks for nothing by itself."""
        opened = self.session.vault is not None
        self.stack.setCurrentWidget(self.tabs if opened else self.locked)
        self._show_contents()
        if opened:
            self._show_tab()
        else:
            self.locked.buttons[0].setFocus()

    def unlock(self) -> None:
        """Ask for the passphrase where one is needed."""
        try:
            unlocked(self.session, self)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)

    def _show_tab(self) -> None:
        shown = self.tabs.currentWidget()
        if self.session.vault is not None and isinstance(shown, (PatientsPane, LockPane)):
            shown.activate()

    def _show_contents(self) -> None:
        if self.session.vault is None:
            self.held.setText("")
        else:
            self._counting.run(contents, self._on_counted)

    def _on_counted(self, held: Contents) -> None:
        when = f", entered from {held.first[:10]} to {held.last[:10]}" if held.first else ""
        forgotten = f" Forgotten: {held.forgotten:,}." if held.forgotten else ""
        self.held.setText(f"Patients: {held.patients:,}. Images: {held.instances:,}{when}.{forgotten}")
        self.list.show_contents(held)

    def _on_vault_changed(self) -> None:
        self._counting.drop()
        for pane in (self.patients, self.list, self.lock):
            pane.clear()
        if self.isVisible():
            self.activate()
