"""Measures the chosen model on the test rows and draws which cultivars it mixes up."""

import pickle

from sklearn.metrics import accuracy_score, confusion_matrix

from picture import confusion_svg
from step import input_path, output_path, write_value
from table import read_table


def main() -> None:
    with input_path("best").open("rb") as file:
        forest = pickle.load(file)
    features, labels = read_table(input_path("test"))
    answers = forest.predict(features)
    accuracy = float(accuracy_score(labels, answers))
    names = [f"cultivar {label}" for label in forest.classes_]
    counts = confusion_matrix(labels, answers, labels=forest.classes_).tolist()

    report = output_path("report")
    report.mkdir()
    title = f"{accuracy:.1%} of {len(labels)} bottles are right"
    (report / "confusion.svg").write_text(confusion_svg(title, names, counts), encoding="utf-8")
    table = [["true \\ answered", *names], *([name, *row] for name, row in zip(names, counts))]
    lines = [",".join(map(str, row)) for row in table]
    (report / "confusion.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_value("accuracy", accuracy)
    print(f"accuracy {accuracy:.4f} on {len(labels)} test rows")
    for i, name in enumerate(names):
        print(f"{name}: {counts[i][i]} of {sum(counts[i])} right")


if __name__ == "__main__":
    main()
