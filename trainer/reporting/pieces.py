"""Small pieces of the report's page: tables, figures in words; every text from outside is escaped here."""

from collections.abc import Iterable, Sequence
from html import escape

from trainer.results.records import FIGURES, Figure


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, left: Sequence[int] = ()
) -> str:
    """A table of texts; the first column and those in `left` are aligned left."""
    sides = ['class="left"' if column in left else "" for column in range(len(heads))]
    head = "".join(f"<th {side}>{escape(text)}</th>" for side, text in zip(sides, heads, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td {side}>{escape(text)}</td>" for side, text in zip(sides, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def paragraph(text: str, role: str = "") -> str:
    """One paragraph of text."""
    return f'<p class="{role}">{escape(text)}</p>'


def figure_row(figure: Figure) -> tuple[str, str, str, str, str]:
    """Name, value, interval, what it was counted on, and the dummy's value."""
    title = FIGURES[figure.kind].title
    name = f"{title} of “{figure.class_name}”" if figure.class_name else title
    dummy = "–" if figure.dummy is None else f"{figure.dummy:.3f}"
    return name, f"{figure.value:.3f}", interval(figure), counted(figure), dummy


def interval(figure: Figure) -> str:
    """The 95 % interval, or that there is none."""
    if figure.low is None or figure.high is None:
        return "cannot be told"
    return f"{figure.low:.3f} – {figure.high:.3f}"


def counted(figure: Figure) -> str:
    """What stands behind a figure."""
    return f"{figure.total:,} images" if figure.count is None else f"{figure.count:,} of {figure.total:,}"
