"""Learn from a data set folder and judge new images: the engine that knows neither DICOM nor the catalogue.

This module is its front door; everything heavy is imported when it is first needed.
"""

from trainer.dataset import DataSet, load_dataset
from trainer.errors import CancelledError, DataSetError, ModelFolderError, RecipeError, TrainerError
from trainer.evaluation import evaluate
from trainer.explain import grad_cam
from trainer.inference import Predictor
from trainer.model_folder import ModelInfo
from trainer.readiness import Readiness, readiness
from trainer.recipes import DEFAULT_RECIPE, RECIPES, Recipe, describe_recipes
from trainer.records import (
    NOTICE,
    HeatMap,
    OnEvent,
    Prediction,
    ReadImage,
    RunSummary,
)
from trainer.results.records import FIGURES, Curve, Evaluation, Figure, Group, ReliabilityBin
from trainer.training import train

__all__ = [
    "DEFAULT_RECIPE",
    "FIGURES",
    "NOTICE",
    "RECIPES",
    "CancelledError",
    "Curve",
    "DataSet",
    "DataSetError",
    "Evaluation",
    "Figure",
    "Group",
    "HeatMap",
    "ModelFolderError",
    "ModelInfo",
    "OnEvent",
    "Prediction",
    "Predictor",
    "ReadImage",
    "Readiness",
    "Recipe",
    "RecipeError",
    "ReliabilityBin",
    "RunSummary",
    "TrainerError",
    "describe_recipes",
    "evaluate",
    "grad_cam",
    "load_dataset",
    "readiness",
    "train",
]
