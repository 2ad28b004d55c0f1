"""The masked image and its original: one of them, both side by side at the same zoom and frame, or what differs."""

from collections.abc import Callable, Hashable, Sequence
from enum import StrEnum
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from anonymizer import KEPT, Region
from app.counted import counted
from app.gui.image.difference import open_difference
from app.gui.image.image_bar import ImageBar
from app.gui.image.image_loader import ImageLoader, Opener
from app.gui.image.image_view import ImageView
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.text import label


class Side(StrEnum):
    """What is shown."""

    AFTER = "After"
    BEFORE = "Before"
    BOTH = "Side by side"
    DIFFERENCE = "Difference"


TIPS = {
    Side.AFTER: "As it is masked (B)",
    Side.BEFORE: "The original (B)",
    Side.BOTH: "Original and masked image side by side (S)",
    Side.DIFFERENCE: "What masking changed: amber under a box, red elsewhere, where nothing must change (Shift+B)",
}


class CompareView(QWidget):
    """Two image views of one instance, kept in step; outlines and drawing belong to the masked one."""

    unlock_wanted = Signal()

    def __init__(self, loader: ImageLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loader = loader
        self.after = ImageView(loader=loader)
        self.before = ImageView(loader=loader)
        self.after.caption, self.before.caption = "after", "before"
        self.after.setAccessibleName("Masked image")
        self.before.setAccessibleName("Original image")
        self.side = Side.AFTER
        self._following = False
        self._masked: tuple[Hashable, Opener] | None = None
        self._original: tuple[Hashable, Opener] | None = None
        self._beside: Hashable = None  # what the other view shows
        self._regions: tuple[Region, ...] = ()
        self.locked = EmptyState("", "", ("Unlock to compare", self.unlock_wanted.emit))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.before)
        self.stack.addWidget(self.locked)
        self.legend = label("", "muted", wrap=False)
        self.legend.setMinimumWidth(1)  # on a narrow screen the buttons come first
        self.buttons = QButtonGroup(self)
        self.tools = QHBoxLayout()
        self._lay_out()
        self._keep_in_step()
        self.show_side(Side.AFTER)

    def _lay_out(self) -> None:
        for side in Side:
            tool = QToolButton()
            tool.setText(side.value)
            tool.setToolTip(TIPS[side])
            tool.setCheckable(True)
            tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            tool.clicked.connect(self._chooser(side))
            self.buttons.addButton(tool)
            self.tools.addWidget(tool)
        self.tools.addStretch(1)
        self.tools.addWidget(self.legend)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.stack)
        self.splitter.addWidget(self.after)
        self.bar = ImageBar(self.after, regions=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self.tools)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.bar)

    def show_instance(self, name: Hashable, opener: Opener, regions: Sequence[Region]) -> None:
        """Show a masked instance with its masked regions; its original follows by one of the next two.

        The same instance again, as after a correction, stays at the frame that is looked at.
        """
        same = self._masked is not None and self._masked[0] == name
        self._original = None
        self._masked = (name, opener)
        self._clear_before()
        self.stack.setCurrentWidget(self.before)
        self.after.show_instance(name, opener, frame=self.after.frame_index if same else 0)
        self.set_regions(regions)

    def set_regions(self, regions: Sequence[Region], waiting: Sequence[Region] = ()) -> None:
        """Outline what is masked, and what was drawn but not masked yet."""
        self._regions = tuple(regions)
        self.after.set_regions((*regions, *waiting))
        if self.side is Side.DIFFERENCE:
            self._show_original()
        if self._original is not None and self.before.frame_shown is not None:
            self.before.set_regions(self._regions)
        count = sum(region.kind != KEPT for region in self._regions)
        self.legend.setText(f"{counted(count, 'region')} masked" if count else "No pixels masked")

    def show_nothing(self, why: str = "") -> None:
        """Show no instance, and why there is none."""
        self._original = self._masked = None
        self.after.clear(why)
        self._clear_before()
        self.stack.setCurrentWidget(self.before)
        self.legend.setText("")

    def set_original(self, name: Hashable, opener: Opener) -> None:
        """Offer the original; it is read when it is first looked at."""
        self._original = (name, opener)
        self.stack.setCurrentWidget(self.before)
        self._show_original()

    def no_original(self, message: str, *, can_unlock: bool = False) -> None:
        """Say in place of the original why there is none."""
        self._original = None
        self._clear_before()
        self.locked.heading.setText("The vault is locked" if can_unlock else "No original to compare with")
        self.locked.text.setText(message)
        self.locked.buttons[0].setVisible(can_unlock)
        self.stack.setCurrentWidget(self.locked)

    def show_side(self, side: Side) -> None:
        """Show after, before or both; keys go on to reach the image."""
        had_focus = self.after.hasFocus() or self.before.hasFocus()
        self.side = side
        self.stack.setVisible(side is not Side.AFTER)
        self.after.setVisible(side in (Side.AFTER, Side.BOTH))
        if side is Side.BOTH:
            self.splitter.setSizes([1000, 1000])  # equal: Qt scales them to the width there is
        for tool, each in zip(self.buttons.buttons(), Side, strict=True):
            tool.setChecked(each is side)
        self._show_original()
        if had_focus:
            self.focus_image()

    def focus_image(self) -> None:
        """Send keys to the masked image, or to the original where that alone is in sight."""
        (self.after if self.side in (Side.AFTER, Side.BOTH) else self.before).setFocus()

    def toggle(self) -> None:
        """From the masked image to the original and back, at the same place."""
        self.show_side(Side.BEFORE if self.side is Side.AFTER else Side.AFTER)

    def _chooser(self, side: Side) -> Callable[[], None]:
        return lambda: self.show_side(side)

    def _clear_before(self) -> None:
        self._beside = None
        self.before.clear()

    def _show_original(self) -> None:
        """Show the original in the other view, or what differs from it; open it when it is first looked at."""
        if self.side is Side.AFTER or self._original is None or self._masked is None:
            return
        name, opener = self._original
        if self.side is Side.DIFFERENCE:
            name = ("difference", self._masked[0], self._regions)
            opener = partial(open_difference, opener, self._masked[1], self._regions)
        if self._beside != name or self.before.frame_shown is None:
            self._beside = name
            self.before.caption = "difference" if self.side is Side.DIFFERENCE else "before"
            self.before.show_instance(name, opener, frame=self.after.frame_index)
            self.before.set_regions(self._regions)
        self._follow(self.before, self.after)

    def _keep_in_step(self) -> None:
        pairs = ((self.after, self.before), (self.before, self.after))
        for leader, other in pairs:
            for signal in (leader.moved, leader.window_changed, leader.frame_changed):
                signal.connect(self._step(leader, other))
        self.before.shown.connect(lambda _name: self._follow(self.before, self.after))

    def _step(self, leader: ImageView, other: ImageView) -> Callable[..., None]:
        def step(*_: object) -> None:
            if leader is self.after or leader.hasFocus() or leader.underMouse():
                self._follow(other, leader)

        return step

    def _follow(self, follower: ImageView, leader: ImageView) -> None:
        if self._following or follower.frame_shown is None or leader.frame_shown is None:
            return
        self._following = True
        follower.follow(leader)
        self._following = False
