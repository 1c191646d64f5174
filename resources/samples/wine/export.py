"""Writes the chosen model as ONNX, and proves on the test rows that it answers as before."""

import pickle

import numpy as np
from onnx.reference import ReferenceEvaluator
from skl2onnx import to_onnx

from step import fail, input_path, output_path
from table import read_table

# Fixed, so that the same model gives the same file whatever newer packages could write.
OPSETS = {"": 18, "ai.onnx.ml": 3}


def main() -> None:
    with input_path("best").open("rb") as file:
        forest = pickle.load(file)
    features, _ = read_table(input_path("test"))
    rows = features.astype(np.float32)

    # Without zipmap the probabilities are a table, not a list of dictionaries.
    model = to_onnx(forest, rows[:1], options={"zipmap": False}, target_opset=OPSETS)
    answers, _ = ReferenceEvaluator(model).run(None, {model.graph.input[0].name: rows})
    different = int(np.sum(answers != forest.predict(features)))
    if different > 0:
        fail(f"the exported model answers differently for {different} of {len(rows)} rows: it was not kept")

    output_path("model").write_bytes(model.SerializeToString())
    print(f"{model.ByteSize()} bytes of ONNX; equal answers for all {len(rows)} test rows")


if __name__ == "__main__":
    main()
