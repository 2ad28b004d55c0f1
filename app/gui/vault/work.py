"""Work with the vault beside the window's thread: many thousand entries take seconds to decrypt."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from anonymizer import Vault
from app.gui.background import Latest
from app.gui.session import Session


class VaultWork(QObject):
    """Opens the vault once more in a thread of its own. `failed(message, remedy)`: the work was not done."""

    failed = Signal(str, str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._latest = Latest(self)
        self._latest.failed.connect(self.failed)
        self._latest.done.connect(lambda then: then())

    @property
    def busy(self) -> bool:
        """Whether the newest work is not done yet."""
        return self._latest.busy

    def run(self, work: Callable[[Vault], object], then: Callable[..., None]) -> None:
        """Begin, in place of what waits; `then` gets the result in the window's thread. After `unlock`."""
        self._latest.run(partial(_with_vault, self._session.vault_opener(), work, then))

    def drop(self) -> None:
        """Wait for nothing any more."""
        self._latest.drop()


def _with_vault(
    open_vault: Callable[[], Vault], work: Callable[[Vault], object], then: Callable[..., None]
) -> Callable[[], None]:
    with open_vault() as vault:
        return partial(then, work(vault))
