"""Two images beside each other that zoom, move and scroll together."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from anonymizer.pixels.orientation import Plane
from app.gui.image.image_view import ImageView
from app.gui.image.slice_places import Planes, SliceMatch


class LinkedViews(QObject):
    """What is done to one view is done to the other, as far as their images allow it.

    Zoom and place are those relative to the fitted image, so that images of different size show the same part.
    Slices are those at the same place in space, where `place` was told where they lie; else stacks are at the same
    share of their length. A window is taken over where `same_scale` says that values mean the same in both.
    """

    def __init__(self, one: ImageView, other: ImageView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.on = True
        self.same_scale = False
        self._busy = False
        self._one, self._other = one, other
        self._planes: dict[ImageView, Planes] = {}
        self._match = SliceMatch()
        for leader, follower in ((one, other), (other, one)):
            leader.moved.connect(self._doer(self._place, leader, follower))
            leader.frame_changed.connect(self._doer(self._scroll, leader, follower))
            leader.window_changed.connect(self._doer(self._window, leader, follower))

    def place(self, one: Planes, other: Planes) -> None:
        """Say where the frames of both views lie in space; nothing for those of which it is not known."""
        self._planes = {self._one: one, self._other: other}

    def align(self) -> None:
        """Take the two slices in sight for the same place, where the examinations have no place in common."""
        self._match.align(self._plane(self._one), self._plane(self._other))

    def take_over(self, leader: ImageView, follower: ImageView) -> None:
        """Bring a view that has just got its image into step."""
        for step in (self._scroll, self._place, self._window):
            self._doer(step, leader, follower)()

    def _doer(
        self, step: Callable[[ImageView, ImageView], None], leader: ImageView, follower: ImageView
    ) -> Callable[..., None]:
        def do(*_: object) -> None:
            both = leader.frame_shown is not None and follower.frame_shown is not None
            if self.on and not self._busy and both and follower.isVisible():
                self._busy = True
                try:
                    step(leader, follower)
                finally:
                    self._busy = False

        return do

    def _place(self, leader: ImageView, follower: ImageView) -> None:
        follower.geometry_of_image.take_over(leader.geometry_of_image)
        follower.redraw()

    def _scroll(self, leader: ImageView, follower: ImageView) -> None:
        if follower.frames <= 1:
            return
        wanted = self._match.nearest(self._plane(leader), self._planes.get(follower, ()))
        if wanted is not None:
            follower.go_to_frame(wanted)
            return
        if leader.frames > 1:
            share = leader.frame_index / (leader.frames - 1)
            follower.go_to_frame(round(share * (follower.frames - 1)))
        self.align()

    def _plane(self, view: ImageView) -> Plane | None:
        planes = self._planes.get(view, ())
        return planes[view.frame_index] if view.frame_index < len(planes) else None

    def _window(self, leader: ImageView, follower: ImageView) -> None:
        now = leader.window_now
        if self.same_scale and (now is None or now.table is None):
            changed = (follower.window_now, follower.inverted) != (now, leader.inverted)
            if changed:
                follower.inverted = leader.inverted
                follower.set_window(now)
