"""What a step knows of the outside: a folder to read its inputs from and a folder to write its outputs to."""

import json
import os
import sys
from pathlib import Path
from typing import NoReturn


def fail(message: str) -> NoReturn:
    """Ends the step as failed, with one line that says why."""
    sys.exit(f"error: {message}")


def input_path(name: str) -> Path:
    """The file or folder that the pipeline handed over under this name."""
    path = _folder("MINISUB_INPUTS") / name
    if not path.exists():
        fail(f"there is no input '{name}': add it under the step's inputs in pipeline.yaml")
    return path


def output_path(name: str) -> Path:
    """Where the step must write the file or folder that it declared under this name."""
    return _folder("MINISUB_OUTPUTS") / name


def write_value(name: str, value: object) -> None:
    """Writes a declared number, list or other value; readers get it as JSON."""
    output_path(name).write_text(json.dumps(value), encoding="utf-8")


def _folder(variable: str) -> Path:
    if variable not in os.environ:
        fail(f"{variable} is not set: start this step with 'minisub run', or set it to a folder")
    return Path(os.environ[variable])
