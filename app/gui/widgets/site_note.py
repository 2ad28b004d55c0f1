"""A line that tells what the site's IT has laid down, where users would look for the choice."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel

from app import policy
from app.gui.widgets.text import label


def site_note(beginnings: Sequence[str]) -> QLabel:
    """The sentences of the policy that begin so; hidden where there are none."""
    said = [each for each in policy.current().sentences() if each.startswith(tuple(beginnings))]
    note = label(f"{policy.SET_BY_IT}: {'; '.join(said)}." if said else "", "muted")
    note.setVisible(bool(said))
    return note
