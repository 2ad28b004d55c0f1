"""Which slice of another stack lies where a slice lies: by place in space, else by share of the stack."""

from collections.abc import Sequence

from anonymizer.pixels.orientation import Plane

Planes = Sequence[Plane | None]


class SliceMatch:
    """Finds slices of one stack in another.

    In one frame of reference places mean the same. Two examinations have two: then the two slices that were beside
    each other when `align` was called are taken for the same place, and others are as many millimetres from there.
    """

    def __init__(self) -> None:
        self._shift: dict[tuple[str, str], float] = {}

    def align(self, leader: Plane | None, follower: Plane | None) -> None:
        """Take two slices for the same place."""
        if leader is not None and follower is not None and follower.is_parallel(leader):
            shift = follower.along(leader.normal) - leader.along(leader.normal)
            self._shift[_between(leader, follower)] = shift
            self._shift[_between(follower, leader)] = -shift

    def nearest(self, leader: Plane | None, planes: Planes) -> int | None:
        """Return the number of the slice that lies nearest to where `leader` does, None where nothing tells."""
        if leader is None:
            return None
        found = [
            (abs(plane.along(leader.normal) - leader.along(leader.normal) - shift), number)
            for number, plane in enumerate(planes)
            if plane is not None and plane.is_parallel(leader)
            if (shift := self._between(leader, plane)) is not None
        ]
        return min(found)[1] if found else None

    def _between(self, one: Plane, other: Plane) -> float | None:
        if one.frame_of_reference and one.frame_of_reference == other.frame_of_reference:
            return 0.0
        return self._shift.get(_between(one, other))


def _between(one: Plane, other: Plane) -> tuple[str, str]:
    return one.frame_of_reference, other.frame_of_reference
