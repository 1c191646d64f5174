"""The model that the steps share: ridge regression, a straight line with its weights kept small."""

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from step import fail


def new_model() -> Pipeline:
    """A model that is not fitted yet."""
    return make_pipeline(StandardScaler(), Ridge(alpha=1.0))


def select(columns: Sequence[str], features: np.ndarray, name: str) -> np.ndarray:
    """The one column of that name, as a table."""
    if name not in columns:
        fail(f"there is no measurement '{name}': choose one of {', '.join(columns)}")
    return features[:, [columns.index(name)]]


def formula(model: Pipeline, columns: Sequence[str]) -> dict[str, object]:
    """A fitted model as numbers: progression = intercept + the sum of weight × measurement."""
    scaler, ridge = model[0], model[1]
    weights = ridge.coef_ / scaler.scale_
    intercept = ridge.intercept_ - weights @ scaler.mean_
    return {"intercept": float(intercept), "weights": dict(zip(columns, weights.tolist()))}
