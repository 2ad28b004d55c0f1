"""Ways to train: a record of plain values, its fields described for help and forms, and the ready-made ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from trainer.architectures import ARCHITECTURES, HEADS, Architecture, Design, architecture
from trainer.balancing import BALANCINGS, CLASS_WEIGHTS
from trainer.errors import RecipeError
from trainer.parameters import Parameter, Value, Values, settled, unknown

FROM_SCRATCH, FIXED_FEATURES, EARLIER_LAYER = "from scratch", "fixed features", "earlier layer"
PARTIAL, FULL, BY_RULE = "partial fine-tuning", "full fine-tuning", "by rule"
NETWORK, FOREST, SVM, DENSE = "network", "random forest", "svm", "dense"
CLASSIFIERS = (NETWORK, FOREST, SVM, DENSE)
CHOOSE, TOGETHER = "the best", "all together"
AUTOMATIC, FLOAT32, MIXED, ONE_GPU = "automatic", "float32", "mixed", "one"
STRATEGIES: Mapping[str, str] = MappingProxyType(
    {
        FROM_SCRATCH: "All of the network learns, beginning from nothing: needs many images, owes nothing to others.",
        FIXED_FEATURES: "The network describes the images as it has learned elsewhere; only the last step learns.",
        EARLIER_LAYER: "As fixed features, but described by an earlier layer, which sees edges and textures: for few "
        "images unlike those that the network learned from.",
        PARTIAL: "The last step learns first, then the upper half of the network adapts.",
        FULL: "The last step learns first, then all of the network adapts.",
        BY_RULE: "Chosen from the number of images and their similarity to those that the network learned from; the "
        "training says which and why. From scratch where the network has not learned before.",
    }
)
"""Each strategy in plain words."""

FIELDS: tuple[Parameter, ...] = (
    Parameter("architecture", "residual", "The network.", choices=tuple(ARCHITECTURES)),
    Parameter("head", "own", "How the network ends.", choices=tuple(HEADS)),
    Parameter(
        "strategy",
        FROM_SCRATCH,
        "How much of the network learns from your images, and from where it begins.",
        choices=tuple(STRATEGIES),
    ),
    Parameter(
        "classifier",
        NETWORK,
        "What tells the classes from the network's description of an image: the network's own end, a random forest or "
        "a support vector machine with cross-validated settings, or a dense layer.",
        choices=CLASSIFIERS,
    ),
    Parameter(
        "columns",
        "",
        "Columns of the manifest that are joined with the image, such as “patient_age patient_sex”. What they add is "
        "compared with the image alone and with them alone.",
    ),
    Parameter(
        "weights",
        "automatic",
        "Where a network that has learned before gets its weights: those that were imported here, or else those that "
        "the program carries.",
        choices=("automatic", "carried", "imported"),
    ),
    Parameter(
        "similarity",
        "different",
        "Whether your images are like those that the network learned from; photographs are different from "
        "radiographs. Read by the strategy “by rule”.",
        choices=("different", "similar"),
    ),
    Parameter("trainable_from", "", "First layer that learns in partial fine-tuning; empty: about half way up."),
    Parameter("size", 0, "Side of the square fed in, in pixels; 0: as the network and images suggest.", low=0, high=1024),
    Parameter("epochs", 12, "Passes over a large data set; small ones get more.", low=1, high=10_000),
    Parameter("learning_rate", 0.0, "Size of the first steps; 0: as the network suggests.", low=0, high=1),
    Parameter(
        "balancing",
        CLASS_WEIGHTS,
        "What is done so that a rare class counts as much as a frequent one.",
        choices=tuple(BALANCINGS),
    ),
    Parameter(
        "mirror",
        default=False,
        words="Whether images may be shown with left and right exchanged. Only where the side does not matter: not where "
        "the heart or another organ lies on one side, nor where the side is the answer.",
    ),
    Parameter(
        "precision",
        AUTOMATIC,
        "How exactly a network computes while it learns. Mixed: mostly with 16 bits, which is faster on graphics "
        "processors made for it; automatic: mixed on those (compute capability 7.0 or more), 32 bits elsewhere. What is "
        "judged, kept and predicted always has 32 bits.",
        choices=(AUTOMATIC, FLOAT32, MIXED),
    ),
    Parameter(
        "devices",
        AUTOMATIC,
        "Which graphics processors learn. Automatic: all of one kind together, each with its share of every batch; one: "
        "the first alone. Without a graphics processor all cores of the processor learn.",
        choices=(AUTOMATIC, ONE_GPU),
    ),
    Parameter(
        "rivals",
        "",
        "Ready-made recipes that are trained as well, such as “transfer quick”; one whose network would take very long "
        "on a processor is left out where only the best is kept.",
    ),
    Parameter(
        "outcome",
        CHOOSE,
        "What becomes of several trainings: the one that validation prefers, or all of them answering as one.",
        choices=(CHOOSE, TOGETHER),
    ),
    Parameter(
        "seeds", 1, "How often each is trained, every time from another beginning.", low=1, high=20
    ),
    Parameter(
        "minutes",
        0,
        "Time allowed for all of it, in minutes, after which no new epoch begins; 0: as long as it takes.",
        low=0,
        high=100_000,
    ),
)  # fmt: skip
"""What a recipe says beside its network's own parameters; no name stands in both."""

OWN_NAME = "own"
_MINUTES = next(each for each in FIELDS if each.name == "minutes")
_NAME = Parameter("name", OWN_NAME, "What the recipe is called in lists, reports and names of runs.")
_NETWORK_INDEPENDENT = (
    "head",
    "strategy",
    "classifier",
    "columns",
    "similarity",
    "size",
    "epochs",
    "balancing",
    "mirror",
    "precision",
    "devices",
    "outcome",
    "seeds",
    "minutes",
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to train, complete: `table()` is all of it, and what a model folder keeps.

    `parameters` are the network's own (`ARCHITECTURES[...].parameters`); what is not given gets its default. Every
    value is checked when the record is made: RecipeError names what is allowed.
    """

    name: str = OWN_NAME
    architecture: str = "residual"
    parameters: Values = field(default_factory=dict, hash=False)
    head: str = "own"
    strategy: str = FROM_SCRATCH
    classifier: str = NETWORK
    columns: str = ""
    weights: str = "automatic"
    similarity: str = "different"
    trainable_from: str = ""
    size: int = 0
    epochs: int = 12
    learning_rate: float = 0.0
    balancing: str = CLASS_WEIGHTS
    mirror: bool = False
    precision: str = AUTOMATIC
    devices: str = AUTOMATIC
    rivals: str = ""
    outcome: str = CHOOSE
    seeds: int = 1
    minutes: int = 0
    # For readers only, not part of the table:
    title: str = field(default="", compare=False)
    description: str = field(default="", compare=False)
    duration: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for parameter in (_NAME, *FIELDS):
            object.__setattr__(self, parameter.name, parameter.checked(getattr(self, parameter.name)))
        network = architecture(self.architecture)
        values = settled(network.parameters, self.parameters, network.title)
        object.__setattr__(self, "parameters", values)
        if self.columns.strip() and self.classifier == NETWORK:
            object.__setattr__(self, "classifier", DENSE)  # a network's own end sees the image alone

    @property
    def design(self) -> Design:
        """The network without its weights."""
        return Design(architecture(self.architecture), self.parameters, self.head)

    def table(self) -> dict[str, Value]:
        """The record as a flat table of plain values: name, fields, parameters of the network."""
        return {
            "name": self.name,
            **{each.name: getattr(self, each.name) for each in FIELDS},
            **self.parameters,
        }

    def changed(self, table: Mapping[str, object]) -> "Recipe":
        """With some settings changed; another network brings its own defaults for what depends on the network."""
        if not table:
            return self
        if set(table) == {"minutes"}:  # the same training, given more time or less
            return replace(self, minutes=int(_MINUTES.checked(table["minutes"])))
        network = architecture(str(table.get("architecture", self.architecture)))
        _refuse_unknown(table, network)
        same = network.name == self.architecture
        kept = {name: value for name, value in self.table().items() if same or name in _NETWORK_INDEPENDENT}
        wanted: dict[str, Any] = {**kept, "name": OWN_NAME, **table}
        parameters = {each.name: wanted.pop(each.name) for each in network.parameters if each.name in wanted}
        return Recipe(**wanted, parameters=parameters)

    def with_texts(self, settings: Iterable[str]) -> "Recipe":
        """With settings as a command line gives them, "key=value" each."""
        pairs = [text.partition("=") for text in settings]
        wrong = next((key for key, sign, _ in pairs if not sign), None)
        if wrong is not None:
            raise RecipeError(
                f'"{wrong[:40]}" is not a setting.', "Write it as key=value, such as epochs=20."
            )
        texts = {key.strip(): value.strip() for key, _, value in pairs}
        network = architecture(texts.get("architecture", self.architecture))
        _refuse_unknown(texts, network)
        known = {each.name: each for each in declared(network)}
        return self.changed({key: known[key].parsed(value) for key, value in texts.items()})


def declared(network: Architecture) -> tuple[Parameter, ...]:
    """All settings of a recipe for that network."""
    return (_NAME, *FIELDS, *network.parameters)


def _refuse_unknown(table: Iterable[str], network: Architecture) -> None:
    known = [each.name for each in declared(network)]
    for key in table:
        if key not in known:
            raise unknown(key, known, f"A recipe for {network.title}")


_TABLE = (
    Recipe(
        "quick",
        architecture="efficientnet_lite0",
        head="softmax",
        strategy=FIXED_FEATURES,
        epochs=6,
        title="Quick look",
        description="A network that learned to see on everyday photographs describes each image; only the last step, "
        "from description to class, is learned from your images.",
        duration="seconds to two minutes",
    ),
    Recipe(
        "standard",
        architecture="residual",
        epochs=12,
        learning_rate=2e-3,
        title="Standard",
        rivals="transfer",
        description="A small network learns from your images alone, shown slightly rotated, shifted, zoomed and with "
        "other contrast each time. Where the images are few enough, one that has learned before adapts to them as well; "
        "the one that validation prefers is kept.",
        duration="a minute to ten minutes",
    ),
    Recipe(
        "transfer",
        architecture="efficientnet_lite0",
        strategy=PARTIAL,
        epochs=6,
        learning_rate=2e-4,
        trainable_from="block9_expand",
        title="Transfer",
        description="Begins as the quick look does, then lets the upper half of the network adapt to your images.",
        duration="several minutes to an hour",
    ),
    Recipe(
        "best",
        architecture="residual",
        epochs=12,
        learning_rate=2e-3,
        rivals="transfer quick",
        outcome=TOGETHER,
        seeds=3,
        minutes=60,
        title="Best",
        description="The three other recipes, those that begin at random three times each; what they reach answers "
        "together. Takes as long as you allow.",
        duration="as long as you allow",
    ),
)

RECIPES: Mapping[str, Recipe] = MappingProxyType({recipe.name: recipe for recipe in _TABLE})
DEFAULT_RECIPE = "standard"
FIRST_RECIPE = "quick"  # what one click does
NEXT_RECIPE: Mapping[str, str] = MappingProxyType({"quick": "standard", "standard": "best"})
"""What is offered when a recipe is done."""

_LARGEST_BATCH, _SMALLEST_BATCH = 64, 4
_LEAST_STEPS = 240  # weight updates below which a network has hardly begun to learn
_MOST_EPOCHS = 60


@dataclass(frozen=True, slots=True)
class Plan:
    """A recipe fitted to the number of training images."""

    batch_size: int
    epochs: int
    patience: int  # epochs without improvement after which training ends


def recipe(name: str) -> Recipe:
    """The recipe of that name; RecipeError with the names there are."""
    if name not in RECIPES:
        raise RecipeError(f'There is no recipe "{name}".', f"Choose one of: {', '.join(RECIPES)}.")
    return RECIPES[name]


def describe_recipes() -> tuple[dict[str, str], ...]:
    """The table for help texts and lists: name, title, description, duration, and whether it is the default."""
    return tuple(
        {
            "name": entry.name,
            "title": entry.title,
            "description": entry.description,
            "duration": entry.duration,
            "default": "yes" if entry.name == DEFAULT_RECIPE else "",
        }
        for entry in _TABLE
    )


def plan(chosen: Recipe, images: int, epochs: int | None) -> Plan:
    """Batch size and epochs for that many training images; `epochs` overrides the number of passes."""
    if epochs is not None and epochs < 1:
        raise RecipeError("The number of epochs must be at least 1.", "Give a larger number.")
    batch = max(_SMALLEST_BATCH, min(_LARGEST_BATCH, images // 8))
    steps = -(-images // batch)
    number = epochs or max(chosen.epochs, min(_MOST_EPOCHS, -(-_LEAST_STEPS // steps)))
    return Plan(batch, number, patience=max(5, number // 3))
