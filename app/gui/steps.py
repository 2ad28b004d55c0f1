"""The steps of the work, in their order: what the rail, the menus and the help list."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the work: its name in the program, its title in the window, the feature that IT may switch off."""

    name: str
    title: str
    feature: str = ""  # of `app.policy.FEATURES`


STEPS: tuple[Step, ...] = (
    Step("import", "Import"),
    Step("mask", "Mask"),
    Step("label", "Label"),
    Step("agreement", "Agreement"),
    Step("dataset", "Data set"),
    Step("train", "Train", "training"),
    Step("predict", "Predict", "prediction"),
)
