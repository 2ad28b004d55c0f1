"""Learn from a data set folder and judge new images: the engine that knows neither DICOM nor the catalogue.

This module is its front door; everything heavy is imported when it is first needed.
"""

from trainer.architectures import ARCHITECTURES, HEADS, Architecture, describe_architecture
from trainer.assembling import Hearing, build_ensemble
from trainer.assembling import Request as EnsembleRequest
from trainer.balancing import BALANCINGS
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
    states,
    write_experiment,
)
from trainer.explain import MAPS, explain, grad_cam
from trainer.inference import Predictor
from trainer.model_folder import ModelInfo
from trainer.occlusion import Listener
from trainer.operating import Wanted, move_operating_point, operating_points
from trainer.parameters import Parameter, Value
from trainer.readiness import Readiness, readiness
from trainer.recipe_file import read_recipe, recipe_from, write_recipe
from trainer.recipes import (
    DEFAULT_RECIPE,
    FIELDS,
    FIRST_RECIPE,
    FROM_SCRATCH,
    NEXT_RECIPE,
    RECIPES,
    STRATEGIES,
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
from trainer.training import train
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
    "explain",
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
    "readiness",
    "recipe_from",
    "run_experiment",
    "slots",
    "states",
    "train",
    "worst_errors",
    "write_experiment",
    "write_recipe",
    "write_report",
]
