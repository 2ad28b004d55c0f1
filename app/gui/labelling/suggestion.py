"""What a model says of the image in sight: told when it is asked for, and taken over by the same key."""

from app.gui.labelling.answering import Answering
from app.gui.labelling.label_desk import LabelDesk
from app.gui.labelling_tasks import ChosenImages, LabellingTask
from labeller import PredictionRow

MEANS = "model suggestion"
"""How the history names a label that was taken over from a model."""


class Suggestion:
    """The first stroke tells, so that nobody is led who did not ask; the second takes it over, for that image alone."""

    def __init__(self, desk: LabelDesk, answering: Answering) -> None:
        self._desk, self._answering = desk, answering
        self._told: PredictionRow | None = None

    def ask(self) -> None:
        """Tell what the model that was trained last says, or take over what was told."""
        said, told = self._said(), self._told
        self._told = None
        if said is None:
            return
        if said == told:
            self._answering.answer(said.predicted, means=MEANS)
            return
        self._told = said
        share = said.probabilities.get(said.predicted, 0.0)
        self._tell(f"The model “{said.run}” says {said.predicted}, {share:.0%}. The same key takes it over.")

    def _said(self) -> PredictionRow | None:
        desk = self._desk
        if type(desk.task) not in (LabellingTask, ChosenImages):
            self._tell("What a model says is hidden in this task.")
        elif len(desk.chosen()) > 1:
            self._tell("Several images are chosen. What a model says is taken over one by one.")
        else:
            found = desk.session.catalogue.predictions(desk.current)
            if not found:
                self._tell("No model has looked at this image.")
            elif found[0].predicted not in desk.model.classes:
                self._tell("The model gives this image none of the classes of this label set.")
            else:
                return found[0]
        return None

    def _tell(self, words: str) -> None:
        self._desk.session.status.emit(words)
