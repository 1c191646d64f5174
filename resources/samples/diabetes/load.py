"""Writes the patients to learn from and those for the test. Its first attempt fails on purpose, to show a retry."""

import argparse

from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

from step import attempt, fail, output_path
from table import write_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--fail-first", choices=["true", "false"], required=True)
    arguments = parser.parse_args()

    print(f"attempt {attempt()}")
    if arguments.fail_first == "true" and attempt() == 1:
        fail("nothing is wrong: this sample fails its first attempt on purpose (-p failFirst=false turns it off)")

    patients = load_diabetes(scaled=False)
    train_features, test_features, train_targets, test_targets = train_test_split(
        patients.data, patients.target, test_size=0.25, random_state=arguments.seed
    )
    columns = [*patients.feature_names, "progression"]
    write_table(output_path("train"), columns, train_features, train_targets)
    write_table(output_path("test"), columns, test_features, test_targets)
    print(f"{len(train_targets)} patients to learn from, {len(test_targets)} for the test")


if __name__ == "__main__":
    main()
