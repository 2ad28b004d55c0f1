"""What is applied is what was learned: own arithmetic gives scikit-learn's probabilities."""

import numpy as np
import pytest
from numpy.typing import NDArray

from trainer.arrays import read_arrays, write_arrays
from trainer.classical.dense import Dense
from trainer.classical.forest import Forest
from trainer.classical.svm import Svm


def clouds(
    classes: int, features: int = 6, images: int = 40
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    rng = np.random.default_rng(classes)
    labels = np.repeat(np.arange(classes), images)
    return rng.normal(0, 1.4, (len(labels), features)) + labels[:, None] * np.linspace(0, 1, features), labels


def fitted_forest(classes: int):
    from sklearn.ensemble import RandomForestClassifier

    vectors, labels = clouds(classes)
    return RandomForestClassifier(20, min_samples_leaf=2, random_state=1).fit(vectors, labels)


def fitted_svm(classes: int):
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.svm import SVC

    vectors, labels = clouds(classes)
    machine = CalibratedClassifierCV(SVC(C=3.0, gamma=0.2), ensemble=False, cv=3)
    return machine.fit(vectors, labels)


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_a_forest_gives_scikit_learn_s_probabilities(classes: int) -> None:
    estimator = fitted_forest(classes)
    new = np.random.default_rng(9).normal(0.5, 2, (200, 6))
    forest = Forest.from_arrays(Forest.of(estimator).arrays(), features=6, classes=classes)
    assert np.abs(forest.probabilities(new) - estimator.predict_proba(new)).max() < 1e-6


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_a_support_vector_machine_gives_scikit_learn_s_probabilities(classes: int) -> None:
    estimator = fitted_svm(classes)
    new = np.random.default_rng(9).normal(0.5, 2, (200, 6))
    machine = Svm.from_arrays(Svm.of(estimator).arrays(), features=6, classes=classes)
    assert np.abs(machine.probabilities(new) - estimator.predict_proba(new)).max() < 1e-6


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("hidden", [False, True])
def test_a_dense_head_gives_scikit_learn_s_probabilities(classes: int, *, hidden: bool) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier

    vectors, labels = clouds(classes)
    made = MLPClassifier((8,), max_iter=600, random_state=0) if hidden else LogisticRegression(max_iter=500)
    estimator = made.fit(vectors, labels)
    new = np.random.default_rng(9).normal(0.5, 2, (200, 6))
    dense = Dense.from_arrays(Dense.of(estimator).arrays(), features=6, classes=classes)
    assert np.abs(dense.probabilities(new) - estimator.predict_proba(new)).max() < 1e-6


def test_the_importance_of_both_points_at_the_feature_that_tells_the_classes_apart() -> None:
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.svm import SVC

    rng = np.random.default_rng(3)
    vectors = rng.normal(0, 1, (200, 5))
    labels = (vectors[:, 3] > 0).astype(int)
    forest = Forest.of(RandomForestClassifier(20, random_state=0).fit(vectors, labels))
    machine = CalibratedClassifierCV(SVC(), ensemble=False, cv=3).fit(vectors, labels)
    svm = Svm.of(machine)
    for importance in (forest.importance, svm.importance):
        assert importance.argmax() == 3
        assert importance.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("change", [
    {"left": -1}, {"right": 10**6}, {"feature": 6}, {"roots": -1}, {"threshold": np.nan},
])  # fmt: skip
def test_a_forest_whose_nodes_lead_astray_is_refused(change: dict[str, float]) -> None:
    arrays = Forest.of(fitted_forest(2)).arrays()
    for name, value in change.items():
        arrays[name] = arrays[name].copy()
        arrays[name][0] = value
    with pytest.raises(ValueError, match="forest"):
        Forest.from_arrays(arrays, features=6, classes=2)


def test_a_forest_that_walks_in_circles_is_refused() -> None:
    arrays = Forest.of(fitted_forest(2)).arrays()
    arrays["left"] = np.where(np.arange(len(arrays["left"])) == 3, 0, arrays["left"]).astype(np.int32)
    with pytest.raises(ValueError, match="forest"):
        Forest.from_arrays(arrays, features=6, classes=2)


def test_a_machine_of_other_shapes_is_refused() -> None:
    arrays = Svm.of(fitted_svm(3)).arrays()
    for features, classes in ((5, 3), (6, 2)):
        with pytest.raises(ValueError, match="machine"):
            Svm.from_arrays(arrays, features=features, classes=classes)


class TestFilesOfArrays:
    """A stranger's .npz must not achieve anything."""

    def test_what_was_written_is_read(self, tmp_path) -> None:
        write_arrays(tmp_path / "a.npz", {"x": np.arange(4), "y": np.ones((2, 3))})
        first = (tmp_path / "a.npz").read_bytes()
        assert set(read_arrays(tmp_path / "a.npz", 1 << 20)) == {"x", "y"}
        write_arrays(tmp_path / "a.npz", {"x": np.arange(4), "y": np.ones((2, 3))})
        assert (tmp_path / "a.npz").read_bytes() == first

    def test_pickled_objects_are_never_loaded(self, tmp_path) -> None:
        opened = tmp_path / "opened"

        class Attack:
            def __reduce__(self):
                return (open, (str(opened), "w"))

        np.savez(tmp_path / "a.npz", x=np.array([Attack()], object))
        with pytest.raises(ValueError, match="claims"):
            read_arrays(tmp_path / "a.npz", 1 << 20)
        assert not opened.exists()

    @pytest.mark.parametrize("name", ["../../outside.npy", "/outside.npy", "c:outside.npy", "x.exe"])
    def test_a_member_that_leads_out_of_the_archive_is_refused(self, tmp_path, name: str) -> None:
        import io
        import zipfile

        content = io.BytesIO()
        np.save(content, np.arange(3))
        with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
            archive.writestr(name, content.getvalue())
        with pytest.raises(ValueError, match="leads elsewhere"):
            read_arrays(tmp_path / "a.npz", 1 << 20)
        assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]

    def test_a_bomb_is_refused(self, tmp_path) -> None:
        np.savez_compressed(tmp_path / "a.npz", x=np.zeros(10_000_000, np.uint8))
        with pytest.raises(ValueError, match="unpacks"):
            read_arrays(tmp_path / "a.npz", 1 << 20)
