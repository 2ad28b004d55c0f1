"""Every command of the window's menus, in one table: menus, keys and the help page are made from it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """A menu entry. `method` is the main window's; `&` marks the key to press with Alt."""

    menu: str
    text: str
    method: str
    keys: tuple[str, ...] = ()
    needs_project: bool = False
    help: str = ""


SEPARATOR = Command("", "", "")
RECENT = Command("&File", "&Recent projects", "")  # filled with the recent projects when it opens

COMMANDS: tuple[Command, ...] = (
    Command("&File", "&New project…", "new_project", ("Ctrl+N",), help="make a project"),
    Command("&File", "&Open project…", "open_project", ("Ctrl+O",), help="open a project"),
    RECENT,
    Command(
        "&File", "&Close project", "close_project", ("Ctrl+W",), needs_project=True, help="close the project"
    ),
    Command("&File", "&Quit", "close", ("Ctrl+Q",), help="leave the program"),
    Command("&Project", "&Reader…", "choose_reader", needs_project=True, help="say who is labelling"),
    Command(
        "&Project",
        "&Vault: who is who…",
        "show_vault",
        ("Ctrl+Shift+V",),
        needs_project=True,
        help="find patients, pseudonym list, lock, forget",
    ),
    Command(
        "&Project",
        "Loc&k the vault",
        "lock_vault",
        ("Ctrl+Shift+K",),
        needs_project=True,
        help="lock the vault",
    ),
    Command(
        "&Project",
        "&Images to label…",
        "choose_images_to_label",
        needs_project=True,
        help="label masked images, or originals behind the unlocked vault",
    ),
    Command(
        "&Project",
        "Labels in and &out…",
        "exchange_labels",
        ("Ctrl+Shift+E",),
        needs_project=True,
        help="read and write labels: CSV, JSON, folders, DICOM reports, history",
    ),
    Command(
        "&Project",
        "&Words and texts",
        "show_words",
        ("Ctrl+Shift+W",),
        needs_project=True,
        help="answer for words and texts",
    ),
    Command(
        "&Project",
        "R&ules of masking",
        "show_rules",
        ("Ctrl+Shift+R",),
        needs_project=True,
        help="by which rules the project masks",
    ),
    Command(
        "&Project",
        "Trainings in &TensorBoard",
        "show_courses",
        needs_project=True,
        help="the curves of all trainings in the browser of this computer",
    ),
    Command("&Project", "Show &folder", "show_folder", needs_project=True, help="open the project's folder"),
    Command("&View", "&Dark or light", "switch_theme", ("Ctrl+Shift+L",), help="dark or light colours"),
    Command("&View", "&Larger text", "larger", ("Ctrl++", "Ctrl+="), help="larger text"),
    Command("&View", "&Smaller text", "smaller", ("Ctrl+-",), help="smaller text"),
    Command("&View", "&Normal text", "normal_size", ("Ctrl+Shift+0",), help="text of normal size"),
    Command("&Help", "&Help", "show_help", ("F1",), help="help on the page in sight"),
    Command("&Help", "&Keys…", "show_keys", ("Ctrl+F1",), help="all keys, to look up and to change"),
    Command(
        "&Help",
        "Report for &support…",
        "show_support_report",
        help="versions, settings and log, to read and to save",
    ),
    Command("&Help", "&About Leadglass", "show_about", help="version, licences, notice"),
)


def step_keys(number: int) -> tuple[str, str]:
    """Return the keys that go to a step of the work."""
    return f"Ctrl+{number}", f"Alt+{number}"
