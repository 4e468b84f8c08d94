"""Ops: a KFP component of each component.yaml, which checks what a pipeline passes to it when the pipeline is compiled.

Imports kfp, so that nothing that runs in a step may import this.
"""

from __future__ import annotations

import copy
import os
import warnings
from collections.abc import Mapping
from typing import Any

try:
    from kfp.dsl import PipelineTask
    from kfp.dsl.pipeline_channel import PipelineChannel
    from kfp.dsl.pipeline_task import TaskState
    from kfp.dsl.structures import ComponentSpec
    from kfp.dsl.yaml_component import YamlComponent
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "kfp":
        raise
    raise ImportError("the ops of kfp_sagemaker need Kubeflow Pipelines' SDK: pip install 'kfp-sagemaker[kfp]'") from None

from kfp_sagemaker import spec_path
from kfp_sagemaker.faces.face import Face
from kfp_sagemaker.faces.prepare import prepare
from kfp_sagemaker.faces.registry import find_face
from kfp_sagemaker.generate.image_reference import checked_image
from kfp_sagemaker.resources.resource import Life
from kfp_sagemaker.service_model.validate import UNRESOLVED, Unresolved

#: Environment variable with the image that compiled pipelines run the components in.
IMAGE_VARIABLE = "KFP_SAGEMAKER_IMAGE"

#: What kfp writes into text for a value that comes later: its own mark of a channel, and its placeholders.
_LATER = ("{{channel:", "{{$")


class Op(YamlComponent):  # type: ignore[misc] # kfp has no types
    """One of the components as kfp takes it: called in a pipeline, compiled by itself, or loaded into another.

    It differs from the component that kfp loads from the same file in three ways. Constant arguments are checked. Steps of
    records and services are not cached (``set_caching_options(True)`` on the task says otherwise): KFP would skip a step
    whose resource somebody has deleted. And the image is that of ``KFP_SAGEMAKER_IMAGE`` where it is set.
    """

    def __init__(self, face: Face) -> None:
        text = spec_path(face.id).read_text(encoding="utf-8")
        super().__init__(component_spec=ComponentSpec.from_yaml_documents(text), component_yaml=text)
        self.face = face
        self.__doc__ = face.description

    @property
    def component_spec(self) -> Any:
        """kfp's ComponentSpec, with the image that the environment asks for now."""
        image = os.environ.get(IMAGE_VARIABLE, "")
        if not image:
            return self._component_spec
        spec = copy.deepcopy(self._component_spec)
        spec.implementation.container.image = checked_image(image, IMAGE_VARIABLE)
        return spec

    @component_spec.setter
    def component_spec(self, spec: Any) -> None:
        self._component_spec = spec

    def __call__(self, *args: Any, **inputs: Any) -> PipelineTask:
        """A task of the pipeline that is being defined.

        Raises InvalidInput, with all violations, for constants that the step would refuse; kfp's own TypeError for inputs
        that are missing, unknown or of another type.
        """
        known = {declared.name for declared in self.face.inputs}
        if not args and set(self.required_inputs) <= inputs.keys() <= known:
            check_constants(self.face, inputs)
        task = super().__call__(*args, **inputs)
        # Outside a pipeline the task has run already, and there is nothing to cache.
        if self.face.resource.life is not Life.JOB and task.state is TaskState.FUTURE:
            task.set_caching_options(False)
        return task


def load_op(component: str) -> Op:
    """The op of a component such as ``v1/train``. Raises InvalidInput for one that there is not."""
    return Op(find_face(component))


def check_constants(face: Face, inputs: Mapping[str, Any]) -> None:
    """Refuse, as the step would, what is wrong already; say as Python warnings what it would warn of.

    What is only known when the pipeline runs fits everything. Raises InvalidInput with all violations.
    """
    values = {name: _without_channels(value) for name, value in inputs.items()}
    # The region is the pod's when none is given; it decides the image of a built-in algorithm.
    values["region"] = values.get("region") or UNRESOLVED
    # Either may turn a refusal into none.
    if any(isinstance(values.get(name), Unresolved) for name in ("validation", "extra_request")):
        values["validation"] = "warn"
    for warning in prepare(face, values).warnings:
        warnings.warn(f"{face.id}: {warning}", stacklevel=3)


def _without_channels(value: Any) -> Any:
    if isinstance(value, PipelineChannel) or (isinstance(value, str) and any(mark in value for mark in _LATER)):
        return UNRESOLVED
    if isinstance(value, list | tuple):
        return [_without_channels(item) for item in value]
    if isinstance(value, Mapping):
        if any(isinstance(_without_channels(key), Unresolved) for key in value):
            return UNRESOLVED
        return {key: _without_channels(item) for key, item in value.items()}
    return value
