"""Tables of numbers as CSV: a header line, then one row per line, the value to predict in the last column."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from step import fail


def write_table(path: Path, columns: Sequence[str], features: np.ndarray, targets: np.ndarray) -> None:
    """Writes every number with the shortest digits that read back as the same number."""
    lines = [",".join(columns)]
    for row in np.column_stack([features, targets]).tolist():
        lines.append(",".join(map(repr, row)))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_table(path: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The names of the features, their values, and the values to predict."""
    try:
        table = np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
    except ValueError as error:
        fail(f"the input '{path.name}' is not a table of numbers: {error}")
    if table.shape[0] == 0:
        fail(f"the input '{path.name}' has no rows: look at the step that wrote it")
    with path.open(encoding="utf-8") as file:
        columns = file.readline().strip().split(",")
    return columns[:-1], table[:, :-1], table[:, -1]
