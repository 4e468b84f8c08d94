"""The page of a component tells all that its declaration says, the usual things first."""

from __future__ import annotations

import functools

import pytest
from kfp_sagemaker.faces.face import BackEnd, Lifecycle
from kfp_sagemaker.faces.prepare import prepare
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.generate.examples import example_of
from kfp_sagemaker.generate.readme import readme
from kfp_sagemaker.iam import actions
from kfp_sagemaker.rbac import plurals


@functools.cache
def sections(component: str) -> dict[str, str]:
    """Text by heading."""
    parts = readme(find_face(component)).split("\n#")
    return {part.splitlines()[0].lstrip("# "): part for part in parts}


@pytest.mark.parametrize("component", component_ids())
class TestPages:
    def test_the_example_is_a_request_without_warnings(self, component: str) -> None:
        assert prepare(find_face(component), example_of(find_face(component))).warnings == ()

    def test_the_example_is_python_that_sets_these_inputs(self, component: str) -> None:
        given: dict[str, object] = {}
        source = sections(component)["Use"].split("```python\n")[1].split("```")[0]
        call = source.partition("\n\n")[2]
        exec(call, {find_face(component).name: given.update})
        assert given == example_of(find_face(component))

    def test_every_input_is_there_and_at_most_ten_before_the_advanced(self, component: str) -> None:
        face, page = find_face(component), sections(component)
        first = [declared for declared in face.inputs if f"\n| `{declared.name}` |" in page["Inputs"]]
        advanced = [declared for declared in face.inputs if f"\n| `{declared.name}` |" in page["Advanced"]]
        assert len(first) <= 10
        assert {declared.name for declared in first + advanced} == {declared.name for declared in face.inputs}
        assert all(declared in first for declared in face.inputs if declared.default is None)

    def test_every_output_status_and_action_is_there(self, component: str) -> None:
        face, page = find_face(component), sections(component)
        assert all(f"| `{output.name}` | {output.type} |" in page["Outputs"] for output in face.outputs)
        if not face.deletes:
            assert all(f"| `{status}` |" in page["Statuses"] for status in face.resource.statuses)
        if face.backend is BackEnd.BOTO3:
            assert all(f"- `{action}`\n" in page["Permissions"] for action in actions(face))
        else:
            assert all(f"`{plural}`" in page["Permissions"] for plural in plurals(face))

    def test_says_in_one_line_who_may_still_use_it(self, component: str) -> None:
        lines = [line for line in readme(find_face(component)).splitlines() if line.startswith("**Existing customers only**")]
        assert len(lines) == (find_face(component).lifecycle is Lifecycle.EXISTING_CUSTOMERS_ONLY)

    def test_says_how_caching_is_turned_off(self, component: str) -> None:
        assert "task.set_caching_options(False)" in sections(component)["Caching"]


@pytest.mark.parametrize(("component", "cached"), [
    ("v1/train", True), ("v1/process", True), ("v1/hyperparameter_tuning", True), ("v1/batch_transform", True),
    ("v1/model", False), ("v1/endpoint", False), ("v1/delete_endpoint", False)])
def test_says_where_caching_is_wrong(component: str, cached: bool) -> None:
    assert ("That is wrong here" in sections(component)["Caching"]) is not cached


@pytest.mark.parametrize(("component", "unsaid"), [
    ("v2/TrainingJob", "`ServerlessJobConfig`"), ("v2/flat/batch_transform", "`DataCaptureConfig`"),
    ("v2/flat/deploy", "`EndpointConfig`: `ProductionVariants[].InstancePools`"),
    ("v2/flat/train", "`assume_role`"), ("v2/LabelingJob", "Nothing"),
    ("v2/TrainingJob", "`v1/train`, on the SageMaker API, can say them"),
])
def test_says_what_a_custom_resource_cannot_say(component: str, unsaid: str) -> None:
    assert unsaid in sections(component)["What it cannot say"]


def test_a_stopped_job_and_a_rolled_back_update_are_no_success() -> None:
    assert "| `Stopped` | fails (exit 1)" in sections("v1/train")["Statuses"]
    assert "fails (exit 1) when an update was rolled back" in sections("v1/endpoint")["Statuses"]
