"""The three steps of the sample, chosen by the first argument; the second is what the pipeline hands over."""

import json
import os
import sys
from pathlib import Path


def main(step: str, given: str) -> None:
    outputs = Path(os.environ["MINISUB_OUTPUTS"])
    if step == "greet":
        (outputs / "card").write_text(f"Hello, {given}!\n", encoding="utf-8")
        (outputs / "letters").write_text(json.dumps(len(given)))
    elif step == "collect":
        cards = Path(os.environ["MINISUB_INPUTS"]) / "cards"
        counts = json.loads(given)
        book = "".join((cards / str(item)).read_text(encoding="utf-8") for item in range(len(counts)))
        (outputs / "book").write_text(book, encoding="utf-8")
        (outputs / "letters").write_text(json.dumps(sum(counts)))
        print(book, end="")
    elif step == "boast":
        (outputs / "sentence").write_text(f"That is {given} letters!\n", encoding="utf-8")
    else:
        sys.exit(f"error: unknown step '{step}': use greet, collect or boast")


if __name__ == "__main__":
    if len(sys.argv) != 3 or "MINISUB_OUTPUTS" not in os.environ:
        sys.exit("error: start this with 'minisub run pipeline.yaml'")
    main(sys.argv[1], sys.argv[2])
