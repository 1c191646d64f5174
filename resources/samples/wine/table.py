"""Tables of numbers as CSV: a header line, then one row per line, the label in the last column."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from step import fail


def write_table(path: Path, columns: Sequence[str], features: np.ndarray, labels: np.ndarray) -> None:
    """Writes every number with the shortest digits that read back as the same number."""
    lines = [",".join(columns)]
    for row, label in zip(features.tolist(), labels.tolist()):
        lines.append(",".join([*map(repr, row), repr(label)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_table(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The features and the integer labels of a table."""
    try:
        table = np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
    except ValueError as error:
        fail(f"the input '{path.name}' is not a table of numbers: {error}")
    if table.shape[0] == 0:
        fail(f"the input '{path.name}' has no rows: look at the step that wrote it")
    return table[:, :-1], table[:, -1].astype(int)
