"""Fits the model, on one measurement or on all, and measures its error on the test rows."""

import argparse
import json

from sklearn.metrics import root_mean_squared_error

from model import formula, new_model, select
from step import input_path, output_path, write_value
from table import read_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feature", help="the one measurement to use; all where it is not given")
    arguments = parser.parse_args()

    columns, features, targets = read_table(input_path("train"))
    _, test_features, test_targets = read_table(input_path("test"))
    if arguments.feature is not None:
        features = select(columns, features, arguments.feature)
        test_features = select(columns, test_features, arguments.feature)
        columns = [arguments.feature]
    model = new_model().fit(features, targets)
    error = round(float(root_mean_squared_error(test_targets, model.predict(test_features))), 2)

    # A straight line is a formula, so the model is kept as readable JSON.
    output_path("model").write_text(json.dumps(formula(model, columns), indent=2) + "\n", encoding="utf-8")
    write_value("error", error)
    print(f"a line on {', '.join(columns)}: typically {error:.1f} off (root mean square, {len(test_targets)} rows)")


if __name__ == "__main__":
    main()
