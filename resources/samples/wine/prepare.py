"""Splits the bottles into those to learn from and those for the test, with each cultivar's share kept."""

import argparse

from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

from step import output_path
from table import write_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test-fraction", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    arguments = parser.parse_args()

    wine = load_wine()
    train_features, test_features, train_labels, test_labels = train_test_split(
        wine.data,
        wine.target,
        test_size=arguments.test_fraction,
        stratify=wine.target,
        random_state=arguments.seed,
    )
    columns = [*wine.feature_names, "cultivar"]
    write_table(output_path("train"), columns, train_features, train_labels)
    write_table(output_path("test"), columns, test_features, test_labels)
    print(f"{len(train_labels)} rows to learn from, {len(test_labels)} for the test; {wine.data.shape[1]} features")


if __name__ == "__main__":
    main()
