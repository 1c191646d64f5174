"""Trains one random forest, and says how good it is by cross-validation on the training rows alone."""

import argparse
import pickle

from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score

from step import input_path, output_path, write_value
from table import read_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--depth", type=int, required=True)
    parser.add_argument("--trees", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    arguments = parser.parse_args()

    features, labels = read_table(input_path("train"))
    forest = RandomForestClassifier(
        n_estimators=arguments.trees, max_depth=arguments.depth, random_state=arguments.seed
    )
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=arguments.seed)
    scores = cross_val_score(forest, features, labels, cv=folds)
    accuracy = round(float(scores.mean()), 4)

    forest.fit(features, labels)
    with output_path("model").open("wb") as file:
        pickle.dump(forest, file)
    write_value("accuracy", accuracy)
    print(f"depth {arguments.depth}: accuracy {accuracy:.4f} over {len(labels)} rows in 5 folds")


if __name__ == "__main__":
    main()
