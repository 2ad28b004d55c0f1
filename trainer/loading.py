"""From a model folder to a loaded model."""

from trainer.ensembles.sight import load_ensemble
from trainer.model_folder import ENSEMBLE, ModelInfo, fitting_familiarity, load_classifier, load_model
from trainer.results.familiarity import Limits
from trainer.sight import NetworkSight, Sight


def load_sight(info: ModelInfo, limits: Limits | None) -> Sight:
    """The model of the folder; ModelFolderError unless every file of it is one of ours and unchanged."""
    if info.architecture == ENSEMBLE:
        return load_ensemble(info, lambda member, rules: load_network(member, rules.limits))
    return load_network(info, limits)


def load_network(info: ModelInfo, limits: Limits | None) -> NetworkSight:
    """The same for a folder that holds one network."""
    model = load_model(info)
    width = int(model.get_layer("embedding").output.shape[1])
    familiarity = fitting_familiarity(model, info.folder, limits)
    return NetworkSight(model, info.preprocessing, load_classifier(info, width), familiarity)
