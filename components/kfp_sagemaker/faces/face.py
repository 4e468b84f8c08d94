"""What a component declares: inputs, outputs, and two pure functions, inputs to requests and description to outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kfp_sagemaker.errors import Violation
from kfp_sagemaker.faces.inputs import Input
from kfp_sagemaker.faces.registry import op_name, package_of
from kfp_sagemaker.kfp_io import ArtifactContent
from kfp_sagemaker.resources.resource import Resource


@dataclass(frozen=True)
class Call:
    """An operation and its request; ``service`` is botocore's name of the API it belongs to."""

    operation: str
    request: Mapping[str, Any]
    service: str = "sagemaker"


@dataclass(frozen=True)
class Built:
    """What ``Face.build`` makes: requests in the order in which they are sent, and what it has to say about the inputs.

    ``problems`` are errors unless their ``warning`` is set. ``origins`` name the inputs of parts of the requests whose place
    no input's target can tell, since it depends on other inputs: path (``CreateModel.Containers[0].Image``) to input.
    """

    requests: dict[str, dict[str, Any]]
    problems: tuple[Violation, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)


class OutputType(StrEnum):
    """The type names of component.yaml for outputs; the last three are artifacts."""

    STRING = "String"
    INTEGER = "Integer"
    FLOAT = "Float"
    OBJECT = "JsonObject"
    ARRAY = "JsonArray"
    MODEL = "Model"
    METRICS = "Metrics"
    MARKDOWN = "Markdown"


_ARTIFACT_TYPES = frozenset({OutputType.MODEL, OutputType.METRICS, OutputType.MARKDOWN})


@dataclass(frozen=True)
class Output:
    """One output of a component. An artifact keeps the URI that KFP assigned."""

    name: str
    type: OutputType
    description: str

    @property
    def is_artifact(self) -> bool:
        """Whether KFP hands it on as an artifact, not as a parameter."""
        return self.type in _ARTIFACT_TYPES


#: Every component has it: it carries the identity of a step under launchers before KFP 2.15.
CARD = Output("card", OutputType.MARKDOWN, "Status, figures and links.")


class Lifecycle(StrEnum):
    """Who may still use what a component makes, https://docs.aws.amazon.com/sagemaker/latest/dg/ (availability changes)."""

    AVAILABLE = "available"
    EXISTING_CUSTOMERS_ONLY = "existing-customers-only"


@dataclass(frozen=True)
class Ended:
    """What is known when a resource has come to its end: its description, what was asked for, answers to the lookups.

    An answer is empty when the lookup was denied or failed.
    """

    described: Mapping[str, Any]
    requests: Mapping[str, Mapping[str, Any]]
    answers: tuple[Mapping[str, Any], ...] = ()


def _no_lookups(described: Mapping[str, Any], requests: Mapping[str, Mapping[str, Any]]) -> tuple[Call, ...]:
    return ()


@dataclass(frozen=True)
class Collected:
    """The outputs of a step; ``figures`` are lines of the card, name to text, ``body`` Markdown below them.

    ``failure`` says why the step has failed although its resource ended well; empty: it has not.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    artifacts: Mapping[str, ArtifactContent] = field(default_factory=dict)
    figures: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    failure: str = ""


class BackEnd(StrEnum):
    """What carries the requests of a component out."""

    #: Calls of the SageMaker API.
    BOTO3 = "boto3"
    #: Custom resources of the ACK SageMaker controller.
    ACK = "ack"


@dataclass(frozen=True)
class Face:
    """A component as its users see it, and the back end that it is on.

    ``resources`` are what it makes, in order; the last is the one it is about. ``operations`` are those that ``build`` makes
    requests for. ``instead`` is used in place of the last one when the resource is there already (UpdateEndpoint), and
    ``update_input`` is the input that has to allow that (empty: none has to). ``delete_replaced_input`` is the input that asks
    to delete the record that an update has replaced (empty: it is kept). ``deletes`` marks a face that removes the
    resource. ``lookups`` are calls made when the resource has ended well, for what its description does not tell; ``reads``
    are the IAM actions that they need. ``alternative`` is the component for what the back end cannot say.
    """

    id: str
    display_name: str
    description: str
    resources: tuple[Resource, ...]
    operations: tuple[str, ...]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    build: Callable[[Mapping[str, Any]], Built]
    collect: Callable[[Ended], Collected]
    instead: str | None = None
    deletes: bool = False
    update_input: str = ""
    delete_replaced_input: str = ""
    lookups: Callable[[Mapping[str, Any], Mapping[str, Mapping[str, Any]]], tuple[Call, ...]] = _no_lookups
    reads: tuple[str, ...] = ()
    lifecycle: Lifecycle = Lifecycle.AVAILABLE
    backend: BackEnd = BackEnd.BOTO3
    alternative: str = ""

    @property
    def name(self) -> str:
        """The op: ``train`` for ``v1/train``, ``training_job`` for ``v2/TrainingJob``."""
        return op_name(self.id)

    @property
    def package(self) -> str:
        """The package that has the op: ``v1``, ``v2``, ``v2.flat``."""
        return package_of(self.id)

    @property
    def resource(self) -> Resource:
        """The resource that the component is about."""
        return self.resources[-1]

    @property
    def request_operations(self) -> tuple[str, ...]:
        """All operations that inputs and ``extra_request`` may speak of."""
        return (*self.operations, self.instead) if self.instead else self.operations
