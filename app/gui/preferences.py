"""What the window remembers between starts: theme, size of text, place, recent projects, reader."""

import getpass
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from app import policy
from app.settings import config_folder

LONGEST_LIST = 8
LOCK_MINUTES = 15


class Preferences:
    """A small file in the user's configuration folder; nothing of a patient is ever in it."""

    def __init__(self, file: Path | None = None) -> None:
        path = file or config_folder() / "window.ini"
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    def save(self) -> None:
        """Write now what was changed."""
        self._store.sync()

    @property
    def theme(self) -> str:
        """Name of the theme: "dark" or "light"."""
        return str(self._store.value("theme", "dark"))

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("theme", name)

    @property
    def scale(self) -> float:
        """Size of the text, 1 being the system's."""
        try:
            return float(str(self._store.value("scale", "1")))
        except ValueError:
            return 1.0

    @scale.setter
    def scale(self, value: float) -> None:
        self._store.setValue("scale", f"{value:.2f}")

    @property
    def lock_minutes(self) -> int:
        """After how many idle minutes a vault with a passphrase is locked; 0: never, where IT allows that."""
        try:
            wanted = max(0, int(str(self._store.value("lock_minutes", LOCK_MINUTES))))
        except ValueError:
            wanted = LOCK_MINUTES
        return policy.current().lock_after(wanted)

    @lock_minutes.setter
    def lock_minutes(self, minutes: int) -> None:
        self._store.setValue("lock_minutes", minutes)

    @property
    def reader(self) -> str:
        """Under which name labels are entered."""
        return str(self._store.value("reader", "")) or _account()

    @reader.setter
    def reader(self, name: str) -> None:
        self._store.setValue("reader", name)

    @property
    def has_reader(self) -> bool:
        """Whether that name was chosen: until then it is the account's."""
        return bool(self._store.value("reader", ""))

    @property
    def geometry(self) -> QByteArray:
        """Where the window was, in Qt's own form; empty at first."""
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._store.setValue("geometry", value)

    @property
    def recent(self) -> tuple[Path, ...]:
        """Projects opened lately that still exist, the last one first."""
        return tuple(path for path in self._recent() if path.is_dir())

    def remember(self, project: Path) -> None:
        """Put a project first among the recent ones."""
        others = [path for path in self._recent() if path != project]
        self._store.setValue("recent", [str(path) for path in [project, *others][:LONGEST_LIST]])

    def place(self, project: str) -> str:
        """Where labelling ended in the project of this identifier: a masked SOP Instance UID, or ""."""
        return str(self._store.value(f"place/{project}", ""))

    def set_place(self, project: str, sop_uid: str) -> None:
        """Remember where labelling ended."""
        self._store.setValue(f"place/{project}", sop_uid)
        self._store.sync()  # a window that is killed shall go on there too

    def page(self, project: str) -> str:
        """Return which page was shown last in the project of this identifier, or ""."""
        return str(self._store.value(f"page/{project}", ""))

    def set_page(self, project: str, name: str) -> None:
        """Remember which page is shown."""
        self._store.setValue(f"page/{project}", name)

    def label_set(self, project: str) -> str:
        """In which label set the project of this identifier was worked last, or ""."""
        return str(self._store.value(f"label_set/{project}", ""))

    def set_label_set(self, project: str, name: str) -> None:
        """Remember the label set that is worked in."""
        self._store.setValue(f"label_set/{project}", name)

    @property
    def filters(self) -> dict[str, str]:
        """Choices of images that were kept by name: name -> JSON."""
        self._store.beginGroup("filters")
        found = {key: str(self._store.value(key)) for key in self._store.childKeys()}
        self._store.endGroup()
        return found

    def keep_filter(self, name: str, choices: str) -> None:
        """Keep choices of images under a name."""
        self._store.setValue(f"filters/{name.replace('/', ' ')}", choices)

    @property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """Keys that the user has changed: name of the action -> keys in Qt's portable words."""
        self._store.beginGroup("keys")
        found = {name: tuple(str(self._store.value(name)).split()) for name in self._store.childKeys()}
        self._store.endGroup()
        return found

    def set_keys(self, name: str, keys: tuple[str, ...] | None) -> None:
        """Remember the keys of an action; None: those that the program comes with."""
        if keys is None:
            self._store.remove(f"keys/{name}")
        else:
            self._store.setValue(f"keys/{name}", " ".join(keys))

    def _recent(self) -> list[Path]:
        value = self._store.value("recent")
        if isinstance(value, str):  # Qt writes a list of one as a plain text
            value = [value]
        return [Path(str(entry)) for entry in value] if isinstance(value, list) else []


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, as in some containers
        return "reader"
