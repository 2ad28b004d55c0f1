"""Learn from a data set folder and judge new images: the engine that knows neither DICOM nor the catalogue.

The front door: what it offers is imported when it is first asked for, so that a command starts at once and nothing
heavy comes along. The functions `explain` and `readiness` are imported from the modules of the same names.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trainer.architectures import ARCHITECTURES, HEADS, Architecture, describe_architecture
    from trainer.assembling import Hearing, build_ensemble
    from trainer.assembling import Request as EnsembleRequest
    from trainer.balancing import BALANCINGS
    from trainer.board import serve_courses
    from trainer.dataset import DataSet, load_dataset
    from trainer.ensembles.combining import METHODS as ENSEMBLE_METHODS
    from trainer.errors import CancelledError, DataSetError, ModelFolderError, RecipeError, TrainerError
    from trainer.evaluation import evaluate
    from trainer.experiments import (
        COMPARISON,
        SUMMARY,
        Experiment,
        PlannedRun,
        RunState,
        Span,
        experiment_in,
        planned,
        read_experiment,
        run_experiment,
        run_states,
        write_experiment,
    )
    from trainer.explain import MAPS, grad_cam
    from trainer.inference import Predictor
    from trainer.model_folder import ModelInfo
    from trainer.occlusion import Listener
    from trainer.operating import Wanted, move_operating_point, operating_points
    from trainer.parameters import Parameter, Value
    from trainer.readiness import Readiness, too_few
    from trainer.recipe_file import read_recipe, recipe_from, write_recipe
    from trainer.recipes import (
        DEFAULT_RECIPE,
        FIELDS,
        FIRST_RECIPE,
        FROM_SCRATCH,
        NEXT_RECIPE,
        RECIPES,
        STRATEGIES,
        TOGETHER,
        Recipe,
        describe_recipes,
    )
    from trainer.records import (
        NOTICE,
        HeatMap,
        OnEvent,
        Prediction,
        ReadImage,
        RunSummary,
    )
    from trainer.reporting import REPORT, Known, figure_row, read_known, write_report
    from trainer.results.answers import Answers, cell, worst_errors
    from trainer.results.conclusion import read_beside
    from trainer.results.groups import COLUMNS as GROUP_COLUMNS
    from trainer.results.learning_curve import LearningPoint
    from trainer.results.learning_curve import in_words as learning_words
    from trainer.results.openings import in_words as openings_words
    from trainer.results.operating_point import PointChooser, PointFigures
    from trainer.results.records import FIGURES, Curve, Evaluation, Figure, Group, ReliabilityBin
    from trainer.speed import Estimate, estimates
    from trainer.together import train
    from trainer.transfer import (
        ImportedWeights,
        find_start,
        forget_imported,
        import_weights,
        imported_weights,
        slots,
    )

__all__ = [
    "ARCHITECTURES",
    "BALANCINGS",
    "COMPARISON",
    "DEFAULT_RECIPE",
    "ENSEMBLE_METHODS",
    "FIELDS",
    "FIGURES",
    "FIRST_RECIPE",
    "FROM_SCRATCH",
    "GROUP_COLUMNS",
    "HEADS",
    "MAPS",
    "NEXT_RECIPE",
    "NOTICE",
    "RECIPES",
    "REPORT",
    "STRATEGIES",
    "SUMMARY",
    "TOGETHER",
    "Answers",
    "Architecture",
    "CancelledError",
    "Curve",
    "DataSet",
    "DataSetError",
    "EnsembleRequest",
    "Estimate",
    "Evaluation",
    "Experiment",
    "Figure",
    "Group",
    "Hearing",
    "HeatMap",
    "ImportedWeights",
    "Known",
    "LearningPoint",
    "Listener",
    "ModelFolderError",
    "ModelInfo",
    "OnEvent",
    "Parameter",
    "PlannedRun",
    "PointChooser",
    "PointFigures",
    "Prediction",
    "Predictor",
    "ReadImage",
    "Readiness",
    "Recipe",
    "RecipeError",
    "ReliabilityBin",
    "RunState",
    "RunSummary",
    "Span",
    "TrainerError",
    "Value",
    "Wanted",
    "build_ensemble",
    "cell",
    "describe_architecture",
    "describe_recipes",
    "estimates",
    "evaluate",
    "experiment_in",
    "figure_row",
    "find_start",
    "forget_imported",
    "grad_cam",
    "import_weights",
    "imported_weights",
    "learning_words",
    "load_dataset",
    "move_operating_point",
    "openings_words",
    "operating_points",
    "planned",
    "read_beside",
    "read_experiment",
    "read_known",
    "read_recipe",
    "recipe_from",
    "run_experiment",
    "run_states",
    "serve_courses",
    "slots",
    "too_few",
    "train",
    "worst_errors",
    "write_experiment",
    "write_recipe",
    "write_report",
]

_HOMES = {
    "architectures": ("ARCHITECTURES", "HEADS", "Architecture", "describe_architecture"),
    "assembling": ("Hearing", "build_ensemble"),
    "balancing": ("BALANCINGS",),
    "board": ("serve_courses",),
    "dataset": ("DataSet", "load_dataset"),
    "errors": ("CancelledError", "DataSetError", "ModelFolderError", "RecipeError", "TrainerError"),
    "evaluation": ("evaluate",),
    "experiments": ("COMPARISON", "SUMMARY", "Experiment", "PlannedRun", "RunState", "Span", "experiment_in",
                    "planned", "read_experiment", "run_experiment", "run_states", "write_experiment"),
    "explain": ("MAPS", "grad_cam"),
    "inference": ("Predictor",),
    "model_folder": ("ModelInfo",),
    "occlusion": ("Listener",),
    "operating": ("Wanted", "move_operating_point", "operating_points"),
    "parameters": ("Parameter", "Value"),
    "readiness": ("Readiness", "too_few"),
    "recipe_file": ("read_recipe", "recipe_from", "write_recipe"),
    "recipes": ("DEFAULT_RECIPE", "FIELDS", "FIRST_RECIPE", "FROM_SCRATCH", "NEXT_RECIPE", "RECIPES", "STRATEGIES",
                "TOGETHER", "Recipe", "describe_recipes"),
    "records": ("NOTICE", "HeatMap", "OnEvent", "Prediction", "ReadImage", "RunSummary"),
    "reporting": ("REPORT", "Known", "figure_row", "read_known", "write_report"),
    "results.answers": ("Answers", "cell", "worst_errors"),
    "results.conclusion": ("read_beside",),
    "results.learning_curve": ("LearningPoint",),
    "results.operating_point": ("PointChooser", "PointFigures"),
    "results.records": ("FIGURES", "Curve", "Evaluation", "Figure", "Group", "ReliabilityBin"),
    "speed": ("Estimate", "estimates"),
    "together": ("train",),
    "transfer": ("ImportedWeights", "find_start", "forget_imported", "import_weights", "imported_weights", "slots"),
}  # fmt: skip
_UNDER_ANOTHER_NAME = {
    "EnsembleRequest": ("assembling", "Request"),
    "ENSEMBLE_METHODS": ("ensembles.combining", "METHODS"),
    "GROUP_COLUMNS": ("results.groups", "COLUMNS"),
    "learning_words": ("results.learning_curve", "in_words"),
    "openings_words": ("results.openings", "in_words"),
}
_HOME_OF = {name: (home, name) for home, names in _HOMES.items() for name in names} | _UNDER_ANOTHER_NAME


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'trainer' has no attribute {name!r}")
    home, there = _HOME_OF[name]
    return getattr(import_module(f"trainer.{home}"), there)
