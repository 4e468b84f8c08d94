"""All components by their id. A new component is one line here."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from kfp_sagemaker.errors import InvalidInput, Violation

if TYPE_CHECKING:
    from kfp_sagemaker.faces.face import Face

#: Component id to module and attribute; imported when asked for, since a step needs only its own.
_FACES = {
    "v1/delete_endpoint": ("delete_endpoint", "DELETE_ENDPOINT"),
    "v1/endpoint": ("endpoint", "ENDPOINT_FACE"),
    "v1/model": ("model", "MODEL_FACE"),
    "v1/process": ("process", "PROCESS"),
    "v1/train": ("train", "TRAIN"),
}


def component_ids() -> tuple[str, ...]:
    """Ids of all components, ``v1/train`` and so on, sorted."""
    return tuple(_FACES)


def find_face(component: str) -> Face:
    """The face of a component. Raises InvalidInput for an id that there is not."""
    if component not in _FACES:
        raise InvalidInput("component", [Violation(component, f"no such component; there are {', '.join(_FACES)}")])
    module, attribute = _FACES[component]
    face: Face = getattr(importlib.import_module(f"kfp_sagemaker.faces.{module}"), attribute)
    return face
