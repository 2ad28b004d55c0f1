"""What a key of the Label page enters: a class, an answer that is no class, a note."""

from collections.abc import Sequence

from app.gui.labelling.label_desk import LabelDesk
from app.gui.labelling_tasks import BlindReading


class Answering:
    """Answers for what is chosen at a desk."""

    def __init__(self, desk: LabelDesk) -> None:
        self._desk = desk

    def by_key(self, key: str) -> None:
        """Answer with the class that has this key in the label set."""
        for known in self._desk.model.classes.values():
            if known.shortcut == key:
                self.answer(known.name)
                return
        named = any(known.kind == "class" for known in self._desk.model.classes.values())
        first = "" if named else " Name the classes first, at the right."
        self._desk.session.status.emit(f"No class has the key {key}.{first}")

    def answer(self, class_name: str, *, means: str = "") -> None:
        """Label with a class; where several may hold at once, add it or take it out and stay.

        `means` is for the history, where the answer came in another way than by its key.
        """
        known = self._desk.model.classes.get(class_name)
        if self._desk.label_set.several and known is not None and known.kind == "class":
            self._toggle(class_name, means)
        else:
            self.label(class_name, means=means)

    def label(self, class_name: str | None, *, means: str = "") -> None:
        """Label the chosen instances, or take their label away; after a single one show the next."""
        desk = self._desk
        uids = desk.chosen()
        if not desk.current or self._unseen(class_name, uids):
            return
        changed = desk.steps.label(uids, class_name, current=desk.current, means=means or self._means(uids))
        if changed is None:
            return
        if class_name is None or desk.list.selected_entries() > 1:
            desk.show_changed(desk.current, changed)
            return
        desk.model.refresh(changed)
        scope = desk.label_set.scope
        if not desk.walk.step(1, same="" if scope == "image" else scope):
            desk.show_changed(desk.current, changed)
            over = desk.task.title and desk.steps.done >= desk.steps.total
            told = "Everything here is answered; the page Agreement shows how far readers agree."
            desk.session.status.emit(told if over else "That was the last image of this list.")

    def note(self, text: str) -> None:
        """Note something beside the label of the image in sight."""
        row = self._desk.row()
        if row is not None:
            self._desk.task.on_screen = self._desk.middle.on_screen
            self._desk.steps.note(row, text)

    def show_history(self) -> None:
        """Show every step of the label of the image in sight; not while a reading is blind."""
        row = self._desk.row()
        if isinstance(self._desk.task, BlindReading):
            self._desk.session.status.emit("The history is hidden while this reading is blind.")
        elif row is not None:
            self._desk.asking.history(row)

    def _toggle(self, class_name: str, means: str) -> None:
        desk = self._desk
        uids = desk.chosen()
        if not desk.current or self._unseen(class_name, uids):
            return
        changed = desk.steps.toggle(uids, class_name, current=desk.current, means=means or self._means(uids))
        if changed:
            desk.show_changed(desk.current, changed)

    def _unseen(self, class_name: str | None, uids: Sequence[str]) -> bool:
        """Whether a class is about to be given to an image that nobody has seen; other answers may be."""
        desk = self._desk
        desk.task.on_screen = desk.middle.on_screen
        known = desk.model.classes.get(class_name or "")
        kind = known.kind if known is not None else ""
        harmless = class_name is None or (kind in ("ungradable", "skipped") and not desk.view.loading)
        unseen = uids == [desk.current] and desk.middle.unseen and not harmless
        if unseen and desk.view.loading:
            desk.session.status.emit("The image is not here yet; nothing was labelled.")
        elif unseen:
            desk.session.status.emit(
                "The image cannot be seen; nothing was labelled. It is read again now: "
                "is the project's drive still connected?"
            )
            desk.middle.forget_images()
            desk.middle.show_place(desk.model.place(desk.current))
        return unseen

    def _means(self, uids: Sequence[str]) -> str:
        """Return how the history names this way of answering."""
        if self._desk.middle.is_grid:
            return "grid"
        return "key" if len(uids) == 1 else "list selection"
