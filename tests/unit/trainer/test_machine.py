"""What a training takes of the computer."""

from threadpoolctl import threadpool_info

from trainer.machine import one_thread


def test_small_steps_of_linear_algebra_take_one_core_and_give_the_others_back() -> None:
    import scipy.linalg  # noqa: F401 - brings its own linear algebra

    def threads() -> set[int]:
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    before = threads()
    assert before
    with one_thread():
        assert threads() == {1}
    assert threads() == before
