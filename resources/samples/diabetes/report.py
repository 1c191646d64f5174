"""Says in words which branch ran and how far off its model is. The other branch's error is its default, -1."""

import argparse

import numpy as np

from step import fail, input_path, output_path, write_value
from table import read_table

NOT_RUN = -1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feature", required=True)
    parser.add_argument("--explained", type=float, required=True)
    parser.add_argument("--one-feature-error", type=float, required=True)
    parser.add_argument("--all-features-error", type=float, required=True)
    arguments = parser.parse_args()

    errors = {
        f"{arguments.feature} alone": arguments.one_feature_error,
        "all measurements": arguments.all_features_error,
    }
    ran = {name: error for name, error in errors.items() if error != NOT_RUN}
    if len(ran) != 1:
        fail(f"one branch should have run, not {len(ran)}: the two conditions in pipeline.yaml must be opposites")
    [(name, error)] = ran.items()

    _, _, train_targets = read_table(input_path("train"))
    _, _, test_targets = read_table(input_path("test"))
    guess = float(np.sqrt(np.mean((test_targets - train_targets.mean()) ** 2)))
    lines = [
        "# Diabetes progression",
        "",
        f"- {arguments.feature} alone explains {arguments.explained:.1%} of the variation: the model uses **{name}**.",
        f"- On {len(test_targets)} patients that it has not seen it is typically {error:.1f} off.",
        f"- Always to answer with the average would be {guess:.1f} off.",
    ]
    output_path("report").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_value("error", error)
    print("\n".join(lines[2:]))


if __name__ == "__main__":
    main()
