"""Correcting by hand: masking more pixels of an instance that was masked already."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from anonymizer.durable import sync_folder
from anonymizer.errors import PixelError, WriteError
from anonymizer.file_format import serialise
from anonymizer.pixels import mask_burned_in_text
from anonymizer.rendering import read_dataset
from anonymizer.report import Region


def mask_drawn(file: Path, drawn: Sequence[Region]) -> tuple[Region, ...]:
    """Mask `drawn` regions of the masked instance in `file` and return those that lie in the image.

    The file is replaced whole or not at all; pixels outside the regions keep their values to the bit.
    Raises PixelError where there is nothing to mask, WriteError where the file cannot be replaced.
    """
    dataset = read_dataset(file)
    result = mask_burned_in_text(dataset, find=False, drawn=drawn)
    if not result.changed:
        raise PixelError("The rectangle lies outside the image.", "Draw it again inside the image.")
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as stream:
            stream.write(serialise(dataset))
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
        sync_folder(file.parent)
    except OSError as error:
        raise WriteError(
            "The masked instance cannot be replaced.", "Check free space and permissions."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return result.regions
