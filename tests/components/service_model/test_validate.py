"""Requests against the service model: every kind of constraint, by hand and for all members of the requests that we make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kfp_sagemaker.faces.prepare import prepare
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.generate.examples import example_of
from kfp_sagemaker.service_model.validate import UNRESOLVED, Finding, Severity, compiled_pattern, matches, validate

STRUCTURE, LIMIT, UNKNOWN = Severity.STRUCTURE, Severity.LIMIT, Severity.UNKNOWN_VALUE
ROLE = "arn:aws:iam::111122223333:role/r"
JOB = "CreateProcessingJob"


def at(path: str, findings: list[Finding]) -> list[tuple[Severity, str]]:
    return [(finding.severity, finding.problem) for finding in findings if finding.path == path]


@pytest.mark.parametrize(("operation", "request_", "path", "severity", "problem"), [
    ("CreateModel", {}, "CreateModel.ModelName", LIMIT, "required"),
    ("CreateModel", {"ModelName": None}, "CreateModel.ModelName", LIMIT, "required"),
    ("CreateModel", {"Colour": "red"}, "CreateModel.Colour", STRUCTURE, "unknown member; CreateModelInput has ModelName, "),
    ("CreateModel", {"ModelName": 3}, "CreateModel.ModelName", STRUCTURE, "expected string, got integer"),
    ("CreateModel", {"ModelName": "my model"}, "CreateModel.ModelName", LIMIT, "does not match"),
    ("CreateModel", {"ModelName": "model\n"}, "CreateModel.ModelName", LIMIT, "does not match"),
    ("CreateModel", {"ModelName": "m" * 64}, "CreateModel.ModelName", LIMIT, "64 characters, the maximum is 63"),
    ("CreateModel", {"Tags": [{"Key": ""}]}, "CreateModel.Tags[0].Key", LIMIT, "0 characters, the minimum is 1"),
    ("CreateModel", {"PrimaryContainer": []}, "CreateModel.PrimaryContainer", STRUCTURE, "expected object, got list"),
    ("CreateModel", {"PrimaryContainer": {"Mode": "Trio"}}, "CreateModel.PrimaryContainer.Mode", UNKNOWN,
     "not a value that this version knows (SingleModel, MultiModel)"),
    ("CreateModel", {"EnableNetworkIsolation": "true"}, "CreateModel.EnableNetworkIsolation", STRUCTURE,
     "expected boolean, got string"),
    ("CreateModel", {"Containers": {}}, "CreateModel.Containers", STRUCTURE, "expected list, got object"),
    ("CreateModel", {"Containers": [{}] * 16}, "CreateModel.Containers", LIMIT, "16 items, the maximum is 15"),
    ("CreateModel", {"Containers": [{}, {"Colour": 1}]}, "CreateModel.Containers[1].Colour", STRUCTURE, "unknown member"),
    ("CreateModel", {"VpcConfig": {"Subnets": []}}, "CreateModel.VpcConfig.Subnets", LIMIT, "0 items, the minimum is 1"),
    ("CreateModel", {"VpcConfig": {"Subnets": ["s"]}}, "CreateModel.VpcConfig.SecurityGroupIds", LIMIT, "required"),
    ("CreateModel", {"PrimaryContainer": {"Environment": []}}, "CreateModel.PrimaryContainer.Environment", STRUCTURE,
     "expected object, got list"),
    ("CreateModel", {"PrimaryContainer": {"Environment": {"a b": "x"}}}, "CreateModel.PrimaryContainer.Environment<a b>",
     LIMIT, "does not match"),
    ("CreateModel", {"PrimaryContainer": {"Environment": {"A": 1}}}, "CreateModel.PrimaryContainer.Environment.A", STRUCTURE,
     "expected string, got integer"),
    ("CreateModel", {"Tags": [{"Key": "<>", "Value": "v"}]}, "CreateModel.Tags[0].Key", LIMIT, "does not match"),
    (JOB, {"Environment": {f"K{n}": "v" for n in range(101)}}, f"{JOB}.Environment", LIMIT, "101 entries, the maximum is 100"),
    (JOB, {"StoppingCondition": {"MaxRuntimeInSeconds": 0}}, f"{JOB}.StoppingCondition.MaxRuntimeInSeconds", LIMIT,
     "the minimum is 1"),
    (JOB, {"StoppingCondition": {"MaxRuntimeInSeconds": 10**7}}, f"{JOB}.StoppingCondition.MaxRuntimeInSeconds", LIMIT,
     "the maximum is 777600"),
    (JOB, {"StoppingCondition": {"MaxRuntimeInSeconds": 1.5}}, f"{JOB}.StoppingCondition.MaxRuntimeInSeconds", STRUCTURE,
     "expected integer, got float"),
    (JOB, {"StoppingCondition": {"MaxRuntimeInSeconds": True}}, f"{JOB}.StoppingCondition.MaxRuntimeInSeconds", STRUCTURE,
     "expected integer, got boolean"),
    ("CreateEndpointConfig", {"ProductionVariants": [{"InitialVariantWeight": "1"}]},
     "CreateEndpointConfig.ProductionVariants[0].InitialVariantWeight", STRUCTURE, "expected float, got string"),
    ("CreateEndpointConfig", {"ProductionVariants": [{"InitialVariantWeight": float("inf")}]},
     "CreateEndpointConfig.ProductionVariants[0].InitialVariantWeight", STRUCTURE, "not a finite number"),
    ("CreateEndpointConfig", {"ProductionVariants": [{"InitialVariantWeight": -1.0}]},
     "CreateEndpointConfig.ProductionVariants[0].InitialVariantWeight", LIMIT, "the minimum is 0"),
])
def test_violations(operation: str, request_: dict[str, Any], path: str, severity: Severity, problem: str) -> None:
    (found,) = at(path, validate(operation, request_))
    assert found[0] is severity
    assert found[1].startswith(problem)


@pytest.mark.parametrize(("operation", "member", "value"), [
    ("CreateModel", "ModelName", "m" * 63),
    ("CreateModel", "Tags", [{"Key": "größe: 1/2 @x", "Value": ""}]),  # The pattern has Java's \p{L}.
    ("CreateModel", "PrimaryContainer", {"Environment": {"A_1": ""}}),
    (JOB, "StoppingCondition", {"MaxRuntimeInSeconds": 1}),
    ("CreateEndpointConfig", "ProductionVariants", [{"VariantName": "a", "InitialVariantWeight": 1}]),
    ("CreateModel", "ModelName", UNRESOLVED),
    ("CreateModel", "PrimaryContainer", UNRESOLVED),
    ("CreateModel", "Containers", [UNRESOLVED, {"Image": UNRESOLVED}]),
])
def test_values_at_the_limits_pass(operation: str, member: str, value: Any) -> None:
    prefix = f"{operation}.{member}"
    assert [finding for finding in validate(operation, {member: value}) if finding.path.startswith(prefix)] == []


def test_all_findings_at_once() -> None:
    paths = {finding.path for finding in validate("CreateModel", {"ExecutionRoleArn": "x", "Colour": 1, "Tags": [{"Key": 1}]})}
    assert paths == {
        "CreateModel.ModelName", "CreateModel.ExecutionRoleArn", "CreateModel.Colour", "CreateModel.Tags[0].Key",
        "CreateModel.Tags[0].Value"}


OPERATIONS = sorted({operation for component in component_ids() for operation in find_face(component).request_operations})
SERVICE = botocore.session.get_session().get_service_model("sagemaker")
#: Long enough to break every maximum that is broken here; more characters would make the test slow and prove nothing.
MOST_CHARACTERS = 70_000
NOT_MATCHING = ("\n", "!", " ", "ä", "")


Path = tuple[Any, ...]


def members(shape: Any, path: Path = (), names: frozenset[str] = frozenset()) -> Iterator[tuple[Path, Any]]:
    """All places of a request, by path; 0 stands for the first item of a list, "K" for a name in a map."""
    if shape.name in names:
        return
    yield path, shape
    below = {
        "structure": lambda: shape.members.items(), "list": lambda: [(0, shape.member)], "map": lambda: [("K", shape.value)],
    }.get(shape.type_name, list)
    for name, member in below():
        yield from members(member, (*path, name), names | {shape.name})


def violating(shape: Any) -> Iterator[tuple[Any, Severity, str]]:
    """Values that break one constraint of ``shape`` each, and what is to be said about them."""
    least, most, kind = shape.metadata.get("min"), shape.metadata.get("max"), shape.type_name
    if kind in ("integer", "long", "float", "double"):
        yield "text", STRUCTURE, "expected"
        if most is not None:
            yield most + 1, LIMIT, f"the maximum is {most}"
        if least is not None:
            yield least - 1, LIMIT, f"the minimum is {least}"
    elif kind == "string":
        yield 3, STRUCTURE, "expected string"
        if most is not None and most < MOST_CHARACTERS:
            yield "a" * (most + 1), LIMIT, f"the maximum is {most}"
        if least:
            yield "", LIMIT, f"the minimum is {least}"
        if shape.enum:
            yield "no such value", UNKNOWN, "not a value that this version knows"
        pattern = shape.metadata.get("pattern")
        wrong = next((text for text in NOT_MATCHING if pattern and not compiled_pattern(pattern).match(text)), None)
        if wrong is not None:
            yield wrong, LIMIT, "does not match"
    elif kind in ("list", "map", "structure", "boolean"):
        yield "text", STRUCTURE, "expected"
        if kind == "list" and most is not None and most <= 1000:
            yield [None] * (most + 1), LIMIT, f"the maximum is {most}"
        if kind == "list" and least:
            yield [], LIMIT, f"the minimum is {least}"


def nested(path: Path, value: Any) -> Any:
    for name in reversed(path):
        value = [value] if name == 0 else {name: value}
    return value


def spelled(operation: str, path: Path) -> str:
    return operation + "".join("[0]" if name == 0 else f".{name}" for name in path)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_constraint_of_the_model_is_found_where_it_is_broken(operation: str) -> None:
    broken = 0
    for path, shape in members(SERVICE.operation_model(operation).input_shape):
        for value, severity, problem in violating(shape) if path else ():
            found = at(spelled(operation, path), validate(operation, nested(path, value)))
            assert any(each is severity and problem in text for each, text in found), (path, value, found)
            broken += 1
    assert broken >= 1


def test_every_pattern_of_the_model_can_be_read() -> None:
    patterns = {
        shape.metadata["pattern"] for name in SERVICE.shape_names
        if (shape := SERVICE.shape_for(name)).type_name == "string" and "pattern" in shape.metadata}
    assert len(patterns) > 100
    for pattern in patterns:
        compiled_pattern(pattern)


@pytest.mark.parametrize(("text", "matches"), [
    ("plain", True), ("\U00010000\U0010ffff", True), ("\ufffd\t", True), ("\n", False), ("\ufffe", False)])
def test_a_character_that_java_writes_as_two(text: str, matches: bool) -> None:
    pattern = r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*"
    assert (compiled_pattern(pattern).match(text) is not None) is matches


@pytest.mark.parametrize(("pattern", "text"), [
    (r"[a-z0-9]([-a-z0-9]*[a-z0-9]){0,39}?", "a" * 3000 + "!"), (r"a**", "a"), (r"[\uZZZZ]", "a")])
def test_what_cannot_be_told_is_left_to_the_service(pattern: str, text: str) -> None:
    assert matches(pattern, text)


@pytest.mark.parametrize("component", component_ids())
def test_a_right_request_has_no_findings(component: str) -> None:
    for call in prepare(find_face(component), example_of(find_face(component))).calls:
        if not find_face(component).deletes or call.operation == "DeleteEndpoint":
            assert validate(call.operation, call.request) == []


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3), max_leaves=8)
MEMBERS = [(operation, name) for operation in OPERATIONS for name in SERVICE.operation_model(operation).input_shape.members]


@given(st.sampled_from(MEMBERS), JSON_VALUES)
def test_any_value_is_judged(place: tuple[str, str], value: Any) -> None:
    operation, member = place
    assert all(finding.path.startswith(operation) for finding in validate(operation, {member: value}))
