"""What was worked out before: elements of one patient repeat from file to file, so an answer is found once.

Everything that is remembered lives here, is bounded, and is forgotten as a whole when it is full.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sized
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from anonymizer.report import Change, Fragment

KeyT = TypeVar("KeyT", bound=Hashable)
LongT = TypeVar("LongT", bound=Sized)
ValueT = TypeVar("ValueT")
LONGEST = 2**14  # bytes of an element or item that is worth remembering
_ROOM = 4 * 2**20  # bytes of one memory
_ENTRY = 1536  # bytes, measured: an answer with its changes, beside its key, which may be far shorter


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of one element or item: a function of its bytes and of where and whose it is."""

    written: bytes = b""  # b"": it is removed
    changes: tuple[Change, ...] = ()  # paths begin at the element
    completed: tuple[Change, ...] = ()  # what was done so that the object stays valid: told at the end
    uids: tuple[str, ...] = field(default=(), repr=False)
    fragments: tuple[Fragment, ...] = field(default=(), repr=False)
    fact: Any = field(default=None, repr=False)  # its value after masking, if that is a fact of the instance
    non_ascii: bool = False
    plain: bool = field(init=False, repr=False, default=True)  # there is nothing to tell of it

    def __post_init__(self) -> None:
        told = self.changes or self.completed or self.uids or self.fragments or self.non_ascii
        object.__setattr__(self, "plain", not told and self.fact is None)


class Memory(Generic[LongT, ValueT]):
    """Values by the bytes or the stretches that they follow from, in a bounded room."""

    def __init__(self) -> None:
        self._values: dict[LongT, ValueT] = {}
        self.get = self._values.get
        self._taken = 0

    def put(self, key: LongT, value: ValueT) -> None:
        """Remember a value; a key that is too long to be worth it is given as b""."""
        if not key:
            return
        self._taken += _ENTRY + len(key)
        if self._taken > _ROOM:
            self.forget()
            self._taken = _ENTRY + len(key)
        self._values[key] = value

    def forget(self) -> None:
        """Forget everything."""
        self._values.clear()
        self._taken = 0


class Recent(Generic[KeyT, ValueT]):
    """The few things made last, made anew when they are asked for after others took their place."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._made: OrderedDict[KeyT, ValueT] = OrderedDict()

    def get(self, key: KeyT, make: Callable[[], ValueT]) -> ValueT:
        """Return what was made for a key, or make it."""
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = make()
            if len(self._made) > self._size:
                self._made.popitem(last=False)
        else:
            self._made.move_to_end(key)
        return found
