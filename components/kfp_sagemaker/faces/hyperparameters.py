"""The one rule by which hyperparameters become the strings that SageMaker takes.

Text stays as it is. Integers have no decimal point, and neither have floats that are whole, because KFP's Struct makes 6
into 6.0. Other floats are written with the fewest digits that read back the same. Booleans, lists and objects are compact
JSON. A null has no encoding and is refused.
"""

from __future__ import annotations

import json
from typing import Any

from kfp_sagemaker.faces.inputs import BadValue
from kfp_sagemaker.service_model.validate import Unresolved


def encode_hyperparameters(hyperparameters: dict[str, Any]) -> dict[str, Any]:
    """Every value as text (or unresolved). Raises BadValue naming the hyperparameters that are null."""
    null = [name for name, value in hyperparameters.items() if value is None]
    if null:
        raise BadValue(f"{', '.join(null)}: null has no encoding; leave it out, or pass the text that the algorithm expects")
    return {name: encode_hyperparameter(value) for name, value in hyperparameters.items()}


def encode_hyperparameter(value: Any) -> Any:
    """One value as text."""
    if isinstance(value, str | Unresolved):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
