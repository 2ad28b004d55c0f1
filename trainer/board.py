"""The courses of trainings in TensorBoard: served to the browser of this computer and to nobody else.

TensorBoard listens on the loopback interface at a free port and under a path that nobody else knows. It shows curves
alone: no image, no file, no other tool of TensorBoard's is offered.
"""

import secrets
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from trainer.errors import TrainerError
from trainer.event_files import FOLDER

LOOPBACK = "127.0.0.1"
POLICY = (
    "default-src 'self'; font-src 'self' data:; img-src 'self' data: blob:; object-src 'none'; frame-src 'none'; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self'; script-src 'self' 'unsafe-eval'; form-action 'none'"
)
"""Content-Security-Policy of each answer. TensorBoard's own lets its page ask two hosts of the internet."""

_RELOAD_SECONDS = 5
_Header = tuple[str, str]
_Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def serve_courses(folder: Path) -> str:
    """Show all trainings in and below `folder` until this process ends; returns the address for the browser.

    What a training writes meanwhile appears within seconds. Raises TrainerError where there is no course yet or this
    copy lacks TensorBoard.
    """
    if not any(folder.glob(f"**/{FOLDER}/*/events.out.tfevents.*")):
        raise TrainerError(
            f"No training in {folder} has written its course yet.",
            "Train a model first; its curves are there once the second epoch is done.",
        )
    program = _tensorboard()
    board = program.TensorBoard(plugins=_plugins(), server_class=_closed_server(program))
    board.configure(
        logdir=str(folder),
        host=LOOPBACK,
        port=0,
        path_prefix=f"/{secrets.token_urlsafe(16)}",
        load_fast="false",  # no second process that listens
        reload_interval=_RELOAD_SECONDS,
    )
    return str(board.launch())


def _tensorboard() -> ModuleType:
    # With this module there, TensorBoard reads the files by itself and does not load TensorFlow: a second, not ten.
    sys.modules.setdefault("tensorboard.compat.notf", ModuleType("tensorboard.compat.notf"))
    try:
        from tensorboard import program
    except ImportError as error:
        raise TrainerError(
            "This copy of Leadglass has no TensorBoard.",
            "Ask IT to install leadglass-training of this version.",
        ) from error
    found: ModuleType = program
    return found


def _plugins() -> list[Any]:
    from tensorboard.plugins.core.core_plugin import CorePluginLoader
    from tensorboard.plugins.metrics.metrics_plugin import MetricsPlugin
    from tensorboard.plugins.scalar.scalars_plugin import ScalarsPlugin

    return [CorePluginLoader(), ScalarsPlugin, MetricsPlugin]


def _closed_server(program: Any) -> type:
    class ClosedServer(program.WerkzeugServer):  # type: ignore[misc]
        """TensorBoard's server; its pages may ask no other host."""

        def __init__(self, application: _Application, flags: object) -> None:
            super().__init__(_closed(application), flags)

    return ClosedServer


def _closed(application: _Application) -> _Application:
    def answer(environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def begin(status: str, headers: list[_Header], *rest: Any) -> Any:
            kept = [each for each in headers if each[0].lower() != "content-security-policy"]
            return start(status, [*kept, ("Content-Security-Policy", POLICY)], *rest)

        return application(environment, begin)

    return answer
