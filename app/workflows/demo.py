"""The main job from beginning to end on the sample that the program carries, each step a real command."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import resources
from app.errors import JobError, UsageError
from app.program import command

MARK = ".leadglass-demo"  # tells a folder that the demo made, and may replace, from anything else


@dataclass(frozen=True, slots=True)
class DemoStep:
    """One command of the demo and what it is for."""

    title: str
    arguments: tuple[str, ...]


@dataclass(slots=True)
class Demo:
    """The sample project in `folder` and the commands that make it."""

    folder: Path
    progress: str = "auto"
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def project(self) -> Path:
        """The sample project."""
        return self.folder / "sample.leadglass"

    def steps(self) -> tuple[DemoStep, ...]:
        """The work in its order."""
        sample = resources.find("sample")
        project = str(self.project)
        dataset = str(self.project / "exports" / "sample")
        model = str(self.project / "models" / "sample")
        return (
            DemoStep("Make a project", ("new", project)),
            DemoStep(
                "Import the sample, masked on the way in", ("import", project, str(sample / "instances"))
            ),
            DemoStep(
                "Check that no identity is left",
                ("verify", str(self.project / "instances"), "--against", str(sample / "instances")),
            ),
            DemoStep("Label it from a list", ("label", project, "--from", str(sample / "labels.csv"))),
            DemoStep("Export the data set", ("export", project, "--out", dataset, "--overwrite")),
            DemoStep("Train a model", ("train", dataset, "--out", model, "--recipe", "quick", "--knowingly")),
            DemoStep("Judge it on the test split", ("evaluate", model, dataset)),
            DemoStep(
                "Predict with it",
                ("predict", model, "--project", project, "--csv", str(self.folder / "predictions.csv")),
            ),
        )

    def prepare(self) -> None:
        """Make the folder empty; raises UsageError if it holds anything that no demo made."""
        if self.folder.exists() and any(self.folder.iterdir()):
            if not (self.folder / MARK).exists():
                raise UsageError(f"{self.folder} is not empty.", "Choose another folder (--folder).")
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / MARK).touch()

    def run(self, announce: Callable[[str], None]) -> None:
        """Run every step; raises JobError at the first that fails."""
        steps = self.steps()
        for number, step in enumerate(steps, start=1):
            announce(f"\n[{number}/{len(steps)}] {step.title}\n    leadglass {' '.join(step.arguments)}")
            begun = time.monotonic()
            code = subprocess.run(
                command(*step.arguments, "--progress", self.progress), check=False
            ).returncode
            self.seconds[step.title] = round(time.monotonic() - begun, 1)
            if code != 0:
                raise JobError(f"“{step.title}” failed (exit code {code}).", "Its own message stands above.")

    def screenshots(self, announce: Callable[[str], None]) -> Path:
        """Save pictures of every page where no window can be shown; returns their folder."""
        out = self.folder / "screenshots"
        announce(f"\nNo window is opened; pictures of every page are saved to {out}")
        shown = command("screenshots", str(self.project), "--out", str(out), "--progress", self.progress)
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        if subprocess.run(shown, check=False, env=environment).returncode != 0:
            raise JobError("The pictures of the window could not be made.", "The message stands above.")
        return out
