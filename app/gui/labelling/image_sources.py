"""Where the images that readers look at come from: masked instances, or originals behind the unlocked vault."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from anonymizer import DicomImage, SourceError
from app import policy
from app.errors import USER_ERRORS
from app.gui.image.image_frames import Picture
from app.gui.image.image_loader import Opener
from app.gui.image.image_stack import Member, Stack
from app.gui.originals import open_original
from app.gui.session import Session
from labeller import InstanceRow

MASKED, ORIGINAL = "masked", "original"
LOCKED = "This project is labelled on originals, and the vault is locked."
UNLOCK = "Unlock it, or label masked images: both by Project, Images to label."
UNKNOWN = "The vault does not know where this instance came from."


@dataclass(frozen=True, slots=True)
class ImageSource:
    """What the loader keeps an image under, and how it is read."""

    name: Hashable
    opener: Opener


class ImageSources:
    """Finds the image of an instance, as the project wants it to be seen."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def kind(self) -> str:
        """What is shown: MASKED or ORIGINAL; the history of labels says so."""
        wanted = self._session.project.label_originals and policy.current().allows("originals")
        return ORIGINAL if wanted else MASKED

    def make_ready(self) -> None:
        """Open the vault where originals are wanted and nobody need be asked for a passphrase."""
        if self.kind == ORIGINAL and self._session.vault is None:
            try:
                self._session.unlock(lambda _hint: None)
            except USER_ERRORS as error:
                self._session.status.emit(str(error))

    def of(self, row: InstanceRow) -> ImageSource:
        """Return the image of an instance."""
        if self.kind == ORIGINAL:
            return self._original(row.sop_instance_uid)
        file = self._session.project.instances / row.file
        return ImageSource((row.sop_instance_uid, _changed(file)), partial(DicomImage.open, file))

    def stack(self, rows: Iterable[InstanceRow]) -> Stack:
        """Return instances as a stack, in their order."""
        members = []
        for row in rows:
            source = self.of(row)
            members.append(Member(row.sop_instance_uid, source.name, source.opener, row.frames))
        return Stack(members)

    def _original(self, uid: str) -> ImageSource:
        vault = self._session.vault
        if vault is None:
            return ImageSource((uid, "locked"), partial(_refuse, LOCKED, UNLOCK))
        path = vault.source_path(uid)
        if path is None:
            return ImageSource((uid, "unknown"), partial(_refuse, UNKNOWN, "Label its masked image."))
        return ImageSource((uid, ORIGINAL), partial(open_original, path))


def _refuse(message: str, remedy: str) -> Picture:
    raise SourceError(message, remedy)


def _changed(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns  # masking by hand writes the file anew
    except OSError:
        return 0
