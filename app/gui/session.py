"""What the window works on: the open project with its catalogue, the reader, the vault once unlocked."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app import policy
from app.gui.preferences import Preferences
from app.gui.way_in import Ask, WayIn, open_vault, way_into

if TYPE_CHECKING:
    from anonymizer import Vault
    from app.gui.labelling_tasks import LabellingTask
    from app.project import Project
    from app.project_lock import Holder, ProjectLock
    from labeller import Catalogue


class NoProjectError(RuntimeError):
    """A page asked for the project while none is open: a bug, not a user's mistake."""


class Session(QObject):
    """The one place that pages ask for the project; it tells them what changed."""

    project_changed = Signal()
    catalogue_changed = Signal()  # instances, labels, runs or predictions changed
    selection_changed = Signal(str)  # SOP Instance UID of the instance that the pages look at
    reader_changed = Signal(str)
    vault_changed = Signal()  # it was unlocked or locked, or what opens it is another
    status = Signal(str)  # a line for the bottom of the window; never an identity
    navigate = Signal(str)  # name of the step that a page wants to go to
    import_requested = Signal(list)  # paths that were dropped on the window

    def __init__(self, preferences: Preferences | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.preferences = preferences or Preferences()
        self._project: Project | None = None
        self._catalogue: Catalogue | None = None
        self._vault: Vault | None = None
        self._lock: ProjectLock | Holder | None = None
        self._passphrase = ""
        self.selected = ""
        self.task: LabellingTask | None = None  # what the Label page was asked to work on; None: everything

    @property
    def is_open(self) -> bool:
        """Whether a project is open."""
        return self._project is not None

    @property
    def project(self) -> "Project":
        """The open project; raises NoProjectError if there is none."""
        if self._project is None:
            raise NoProjectError
        return self._project

    @property
    def catalogue(self) -> "Catalogue":
        """The open project's catalogue; raises NoProjectError if there is none."""
        if self._catalogue is None:
            raise NoProjectError
        return self._catalogue

    @property
    def writer(self) -> "Holder | None":
        """Who works in the project in another window, so that it can only be looked at here; else None."""
        from app.project_lock import Holder

        return self._lock if isinstance(self._lock, Holder) else None

    @property
    def reader(self) -> str:
        """The name under which labels are entered."""
        return self.preferences.reader

    @reader.setter
    def reader(self, name: str) -> None:
        policy.current().check_reader(name.strip())
        self.preferences.reader = name.strip()
        self.reader_changed.emit(self.reader)

    @property
    def signing_reader(self) -> str:
        """The reader as whose work something is entered now. Raises PolicyError for one who may not."""
        policy.current().check_reader(self.reader)
        return self.reader

    @property
    def vault(self) -> "Vault | None":
        """The vault where it was unlocked, else None; see `unlock`."""
        return self._vault

    def way_into(self, folder: Path, ask: Ask) -> WayIn | None:
        """Return what opens the project in `folder`, asking as `unlock` does where its catalogue is encrypted.

        None where the user gave up. Raises ProjectError, and VaultError where no passphrase would help.
        """
        return way_into(folder, ask, self._project)

    def open(self, folder: Path) -> None:
        """Open the project in `folder`, asking nobody, in place of the present one. Raises as `enter` does."""
        from app.project import Project

        self.enter(self.way_into(folder, lambda _hint: None) or WayIn(Project.open(folder)))

    def enter(self, way_in: WayIn) -> None:
        """Open a project in place of the present one; a passphrase that was entered for it opens its vault too.

        Raises ProjectError or CatalogueError and then leaves the present one open.
        """
        from app.project_lock import Holder, ProjectLock

        project = way_in.project
        again = self._project is not None and self._project.folder == project.folder
        held = self._lock if again and isinstance(self._lock, ProjectLock) else None
        lock = held or ProjectLock.take(project.lock_file)
        try:
            catalogue = project.catalogue(read_only=_look_only(lock) if isinstance(lock, Holder) else "")
        except BaseException:
            if held is None and isinstance(lock, ProjectLock):
                lock.release()
            raise
        if held is not None:
            self._lock = None  # it stays locked
        self._let_go()
        wanted = self.preferences.label_set(project.identifier)
        if wanted in {known.name for known in catalogue.label_sets()}:
            catalogue = catalogue.in_set(wanted)
        self._project, self._catalogue, self._lock = project, catalogue, lock
        self._passphrase = way_in.passphrase
        self.preferences.remember(project.folder)
        self.project_changed.emit()
        if way_in.passphrase:
            self.unlock(lambda _hint: None)

    def close(self) -> None:
        """Close the project, so that none is open."""
        if self.is_open:
            self._let_go()
            self.project_changed.emit()

    def select(self, sop_uid: str) -> None:
        """Make an instance the one that the pages look at; "" for none."""
        if sop_uid != self.selected:
            self.selected = sop_uid
            self.selection_changed.emit(sop_uid)

    def choose_label_set(self, name: str) -> None:
        """Work in another label set: on every page. Raises LabelError where there is none of that name."""
        self._catalogue = self.catalogue.in_set(name)
        self.preferences.set_label_set(self.project.identifier, name)
        self.task = None
        self.catalogue_changed.emit()

    def label_originals(self, *, on: bool) -> None:
        """Let readers see originals while they label, or masked instances. Raises ProjectError, PolicyError."""
        if on:
            policy.current().require("originals")
        self._project = replace(self.project, label_originals=on)
        self._project.save()
        self._project.record("labelled on originals" if on else "labelled on masked instances")
        self.catalogue_changed.emit()

    def work_on(self, task: "LabellingTask | None") -> None:
        """Show the Label page with this task; None: all images again."""
        self.task = task
        self.navigate.emit("label")

    def unlock(self, ask: Ask) -> "Vault | None":
        """Open the project's vault, asking for its passphrase where one is needed: once, then it stays open.

        `ask` gets a hint ("" at first, then what was wrong) and returns the passphrase or None to give up.
        Raises VaultError where no passphrase would help.
        """
        if self._vault is None:
            opened = open_vault(self.project, self._passphrase, ask)
            if opened is not None:
                self._vault, self._passphrase = opened
                if self.can_lock:
                    self._note_opened()
                self.vault_changed.emit()
        return self._vault

    def _note_opened(self) -> None:
        from app.errors import ProjectError

        with suppress(ProjectError):  # a project that may only be read is looked at all the same
            self.project.record("vault opened", protection="passphrase")

    @property
    def can_lock(self) -> bool:
        """Whether the vault is open and a passphrase would have to be entered again."""
        return self._vault is not None and bool(self._passphrase)

    def lock(self) -> None:
        """Close the vault and forget its passphrase.

        The catalogue stays open, an encrypted one too: it tells nobody's identity, and what is being labelled goes on.
        """
        if self._vault is not None:
            self._vault.close()
            self._vault = None
            self._passphrase = ""
            self.vault_changed.emit()

    def renew_vault(self) -> None:
        """Open the vault anew, because its key or its contents were changed from elsewhere; after `unlock`."""
        if self._vault is not None:
            opened = self.vault_opener()()
            self._vault.close()
            self._vault = opened

    def protection_changed(self, project: "Project", passphrase: str) -> None:
        """Go on with a vault that was just locked otherwise, `passphrase` being "" where none is needed."""
        self._project, self._passphrase = project, passphrase
        self.vault_changed.emit()

    def vault_opener(self) -> Callable[[], "Vault"]:
        """Return what opens the vault once more, for another thread, which closes it; after `unlock`."""
        from app.workflows.projects import unlock

        return partial(unlock, self.project, self._passphrase or None)

    def child_environment(self) -> dict[str, str]:
        """Return what a child needs in its environment to open this project's vault and catalogue; after `unlock`."""
        from app.settings import PASSPHRASE_VARIABLE

        opens = {PASSPHRASE_VARIABLE: self._passphrase} if self._passphrase else {}
        return self.catalogue_environment() | opens

    def catalogue_environment(self) -> dict[str, str]:
        """Return what a child needs in its environment that has to do with the catalogue alone."""
        from app.workflows.projects import hand_over

        return hand_over(self.project)

    def _let_go(self) -> None:
        for held in (self._vault, self._catalogue):
            if held is not None:
                held.close()
        if self._lock is not None:
            self._lock.release()
        was_open = self._vault is not None
        self._project = self._catalogue = self._vault = self._lock = self.task = None
        self._passphrase = self.selected = ""
        if was_open:
            self.vault_changed.emit()


def _look_only(holder: "Holder") -> str:
    return f"{holder} is working in it. Close that window first, then open the project here again."
