"""Builds the menus and the keys from the table of commands."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from app.gui.actions import COMMANDS, RECENT, Command
from app.gui.open_lists import KeysOfItsOwn
from app.gui.shortcuts import KEYS
from app.gui.steps import STEPS

if TYPE_CHECKING:
    from app.gui.main_window import MainWindow


class Menus(QObject):
    """The window's menus; `show_state` greys what needs a project."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._menus: dict[str, QMenu] = {}
        self._need_project: list[QAction] = []
        self._keyed: dict[str, QAction] = {}
        for command in COMMANDS:
            if command is RECENT:
                self._add_recent(self._menu(command.menu))
            else:
                self._add(command)
        self._add_steps()
        self._give_keys()
        KEYS.changed.connect(self._give_keys)

    def _give_keys(self) -> None:
        for name, action in self._keyed.items():
            action.setShortcuts([QKeySequence(keys) for keys in KEYS.keys(name)])

    def show_state(self, *, project_open: bool) -> None:
        """Grey out what cannot be done now."""
        for action in self._need_project:
            action.setEnabled(project_open)

    def _menu(self, title: str) -> QMenu:
        if title not in self._menus:
            self._menus[title] = self._window.menuBar().addMenu(title)
            KeysOfItsOwn(self._menus[title])
        return self._menus[title]

    def _add(self, command: Command) -> None:
        action = QAction(command.text, self._window)
        self._keyed[f"window.{command.method}"] = action
        action.triggered.connect(partial(self._run, command.method))
        self._menu(command.menu).addAction(action)
        if command.needs_project:
            self._need_project.append(action)

    def _run(self, method: str, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's signal sends it
        getattr(self._window, method)()

    def _add_steps(self) -> None:
        menu = QMenu("&Go", self._window)
        KeysOfItsOwn(menu)
        self._window.menuBar().insertMenu(self._menus["&View"].menuAction(), menu)
        for number, step in enumerate(STEPS, start=1):
            action = QAction(f"&{number} {step.title}", self._window)
            self._keyed[f"window.step_{step.name}"] = action
            action.triggered.connect(partial(self._window.go, step.name))
            menu.addAction(action)
            self._need_project.append(action)

    def _add_recent(self, menu: QMenu) -> None:
        recent = menu.addMenu(RECENT.text)
        KeysOfItsOwn(recent)
        recent.aboutToShow.connect(partial(self._fill_recent, recent))

    def _fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        for path in self._window.session.preferences.recent:
            menu.addAction(path.name.removesuffix(".leadglass"), partial(self._window.open_folder, path))
        if menu.isEmpty():
            menu.addAction("None yet").setEnabled(False)
