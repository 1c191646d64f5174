"""Keeps the most accurate of the trained models; of equal ones the one with the smallest depth."""

import argparse
import json
import shutil

from step import fail, input_path, output_path, write_value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--depths", type=json.loads, required=True, help="JSON list, one depth per model")
    parser.add_argument("--accuracies", type=json.loads, required=True, help="JSON list in the same order")
    arguments = parser.parse_args()
    depths, accuracies = arguments.depths, arguments.accuracies
    if not depths:
        fail("there is no model to choose from: give the parameter 'depths' at least one value")

    for depth, accuracy in zip(depths, accuracies):
        print(f"depth {depth}: accuracy {accuracy:.4f}")
    best = min(range(len(depths)), key=lambda item: (-accuracies[item], depths[item]))
    shutil.copyfile(input_path("models") / str(best), output_path("best"))
    write_value("depth", depths[best])
    write_value("accuracy", accuracies[best])
    print(f"chosen: depth {depths[best]}")


if __name__ == "__main__":
    main()
