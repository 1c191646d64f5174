"""Draws a confusion matrix as SVG: text, so it needs no package and is sharp at any size."""

from collections.abc import Sequence
from html import escape

CELL = 96
LEFT = 144
TOP = 96
FONT = "font-family='system-ui, sans-serif'"


def confusion_svg(title: str, names: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """A row per true class, a column per answer; the darker a cell, the larger its share of its row."""
    width = LEFT + CELL * len(names) + 24
    height = TOP + CELL * len(names) + 24
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}'"
        f" role='img' {FONT}>",
        f"<title>{escape(title)}</title>",
        f"<rect width='{width}' height='{height}' fill='#ffffff'/>",
        _text(24, 34, escape(title), "font-size='17' font-weight='600' fill='#1f2937'"),
        _text(LEFT - 14, TOP - 18, "true ↓  answered →", "font-size='12' text-anchor='end' fill='#6b7280'"),
    ]
    for i, name in enumerate(names):
        middle = CELL * i + CELL / 2
        label = "font-size='13' fill='#374151'"
        parts.append(_text(LEFT + middle, TOP - 18, escape(name), f"{label} text-anchor='middle'"))
        parts.append(_text(LEFT - 14, TOP + middle + 5, escape(name), f"{label} text-anchor='end'"))
    for row, values in enumerate(counts):
        for column, count in enumerate(values):
            share = count / max(1, sum(values))
            parts.append(_cell(LEFT + CELL * column, TOP + CELL * row, count, share))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _cell(x: int, y: int, count: int, share: float) -> str:
    colour = _mix((239, 246, 255), (29, 78, 216), share)
    ink = "#ffffff" if share > 0.45 else "#1f2937"
    square = f"<rect x='{x + 2}' y='{y + 2}' width='{CELL - 4}' height='{CELL - 4}' rx='6' fill='{colour}'/>"
    style = f"text-anchor='middle' fill='{ink}'"
    number = _text(x + CELL / 2, y + CELL / 2, str(count), f"font-size='22' {style}")
    percent = _text(x + CELL / 2, y + CELL / 2 + 22, f"{share:.0%}", f"font-size='12' {style}")
    return square + number + percent


def _text(x: float, y: float, text: str, style: str) -> str:
    return f"<text x='{x:g}' y='{y:g}' {style}>{text}</text>"


def _mix(light: tuple[int, int, int], dark: "tuple[int, int, int]", share: float) -> str:
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(light, dark))
