"""Asks how much one measurement alone explains, by cross-validation on the training rows."""

import argparse

from sklearn.model_selection import KFold, cross_val_score

from model import new_model, select
from step import input_path, write_value
from table import read_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feature", required=True)
    arguments = parser.parse_args()

    columns, features, targets = read_table(input_path("train"))
    folds = KFold(n_splits=5, shuffle=True, random_state=0)
    scores = cross_val_score(new_model(), select(columns, features, arguments.feature), targets, cv=folds, scoring="r2")
    explained = round(float(scores.mean()), 4)
    write_value("explained", explained)
    print(f"{arguments.feature} alone explains {explained:.1%} of the variation in {len(targets)} rows")


if __name__ == "__main__":
    main()
