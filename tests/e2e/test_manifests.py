"""The manifests that ``kfp-sagemaker plan`` prints are taken by the API server, as the pipelines' account sends them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.generate.examples import example_of

from .cluster import Refused, path_of
from .world import ACCOUNT, NAMESPACE, World

COMPONENTS = [component for component in component_ids() if component.startswith("v2/") and not find_face(component).deletes]


@pytest.mark.parametrize("component", COMPONENTS)
def test_the_manifests_of_a_component_are_taken(world: World, tmp_path: Path, component: str) -> None:
    inputs = tmp_path / "inputs.yaml"
    inputs.write_text(yaml.safe_dump(example_of(find_face(component))))
    program = Path(sys.executable).with_name("kfp-sagemaker")
    planned = subprocess.run([program, "plan", component, "--inputs", inputs], capture_output=True, text=True)
    assert planned.returncode == 0, planned.stderr
    caller = world.cluster.caller(world.cluster.service_account_token(NAMESPACE, ACCOUNT))

    manifests = list(yaml.safe_load_all(planned.stdout))

    assert manifests
    for manifest in manifests:
        name = manifest["metadata"].setdefault("name", "nameless")
        path = path_of(manifest["kind"], NAMESPACE, name)
        taken = caller.request("PATCH", f"{path}?fieldManager=plan&dryRun=All&fieldValidation=Strict", manifest,
                               "application/apply-patch+yaml")
        assert taken["spec"] == manifest["spec"], "nothing was pruned"


def test_a_field_that_the_definition_lacks_is_refused(world: World) -> None:
    manifest = {"apiVersion": "sagemaker.services.k8s.aws/v1alpha1", "kind": "Model", "metadata": {"name": "wrong"},
                "spec": {"modelName": "wrong", "executionRoleARN": "x", "containersOfAnotherKind": []}}
    with pytest.raises(Refused, match="containersOfAnotherKind") as caught:
        world.admin.apply(path_of("Model", NAMESPACE, "wrong"), manifest)
    assert caught.value.status == 500
