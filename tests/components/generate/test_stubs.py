"""The stub file has the signature of every op."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from kfp_sagemaker.faces.inputs import InputType, read_value
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.generate.stubs import stubs

FACES = [find_face(component) for component in component_ids()]
PACKAGES = {package: [face for face in FACES if face.package == package] for package in ("v1", "v2", "v2.flat")}
FUNCTIONS = {package: {node.name: node for node in ast.parse(stubs(faces)).body if isinstance(node, ast.FunctionDef)}
             for package, faces in PACKAGES.items()}


def signature(name: str, package: str = "v1") -> dict[str, tuple[str, Any]]:
    """Type and default by parameter; ``...`` for required ones."""
    arguments = FUNCTIONS[package][name].args
    assert not arguments.args  # KFP takes keyword arguments only.
    return {
        argument.arg: (ast.unparse(argument.annotation or ast.Constant("")), ast.literal_eval(default) if default else ...)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_there_is_one_function_per_op(package: str) -> None:
    assert list(FUNCTIONS[package]) == [face.name for face in PACKAGES[package]]


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.id)
def test_parameters_and_defaults_are_those_of_the_component(face: Any) -> None:
    expected = {
        declared.name: ... if declared.default is None
        else declared.default if declared.type is InputType.STRING else read_value(declared, declared.default)
        for declared in face.inputs
    }
    assert {name: default for name, (_, default) in signature(face.name, face.package).items()} == expected


@pytest.mark.parametrize(("parameter", "annotation"), [
    ("role", "str | PipelineChannel"),
    ("instance_count", "int | PipelineChannel"),
    ("network_isolation", "bool | PipelineChannel"),
    ("hyperparameters", "dict[str, Any] | PipelineChannel"),
    ("channels", "list[Any] | PipelineChannel"),
    ("on_existing", "Literal['attach', 'fail', 'new'] | PipelineChannel"),
])
def test_types(parameter: str, annotation: str) -> None:
    assert signature("train")[parameter][0] == annotation


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.id)
def test_an_op_returns_a_task_and_is_described(face: Any) -> None:
    function = FUNCTIONS[face.package][face.name]
    assert ast.unparse(function.returns or ast.Constant("")) == "PipelineTask"
    text = ast.get_docstring(function) or ""
    assert text.startswith(face.description)
    assert all(f"{each.name}: " in text for each in face.inputs)
    assert all(f"{each.name} ({each.type}): " in text for each in face.outputs)
