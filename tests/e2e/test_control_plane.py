"""What the other tests stand on is what it says it is: Kubernetes' own API server, and a controller that says who it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .cluster import Caller, Refused, path_of, plurals
from .conftest import CONTROLLER
from .eventually import eventually
from .world import ACCOUNT, NAMESPACE, World

GO_MOD = (Path(__file__).parent / "tools" / "go.mod").read_text()
MODEL = {
    "apiVersion": "sagemaker.services.k8s.aws/v1alpha1", "kind": "Model", "metadata": {"name": "control-plane"},
    "spec": {"modelName": "control-plane", "executionRoleARN": "arn:aws:iam::123456789012:role/sagemaker",
             "primaryContainer": {"image": "e2e/worker:1"}},
}


def version(module: str) -> str:
    found = re.search(rf"{re.escape(module)} (v\S+)", GO_MOD)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def runner(world: World) -> Caller:
    """The pipelines' service account."""
    return world.cluster.caller(world.cluster.service_account_token(NAMESPACE, ACCOUNT))


def test_the_api_server_is_kubernetes_of_the_version_that_was_built(world: World) -> None:
    found = world.cluster.version()

    assert found["gitVersion"] == version("k8s.io/kubernetes")
    assert found["compiler"] == "gc"


def test_all_kinds_are_served(world: World) -> None:
    served = world.admin.request("GET", "/apis/sagemaker.services.k8s.aws/v1alpha1")["resources"]

    assert {item["kind"] for item in served if "/" not in item["name"]} == set(plurals())
    assert len(plurals()) == 19


def test_what_is_created_bears_the_tag_of_the_controller(world: World) -> None:
    world.admin.apply(path_of("Model", NAMESPACE, "control-plane"), MODEL)
    (call,) = eventually(lambda: world.calls("CreateModel", "control-plane"), "the controller creates the model")

    tags = {tag["Key"]: tag["Value"] for tag in call.parameters["Tags"]}
    assert tags["services.k8s.aws/namespace"] == NAMESPACE
    if CONTROLLER == "ack":
        expected = version("github.com/aws-controllers-k8s/sagemaker-controller")
        assert tags["services.k8s.aws/controller-version"] == f"sagemaker-{expected}"
        assert "aws-sdk-go-v2" in call.user_agent
        assert "stand-in" not in call.user_agent
    else:
        assert tags["services.k8s.aws/controller-version"] == "stand-in"
        assert call.user_agent.endswith("stand-in-controller")


class TestRights:
    """What ``kfp-sagemaker iam`` prints is enough, and no more than that."""

    def test_the_pipelines_account_may_do_what_steps_do(self, world: World, runner: Caller) -> None:
        path = path_of("Model", NAMESPACE, "rights")
        body = {**MODEL, "metadata": {"name": "rights"}, "spec": {**MODEL["spec"], "modelName": "rights"}}

        runner.apply(path, body)
        runner.merge(path, {"metadata": {"annotations": {"a": "b"}}})
        assert runner.get(path)["metadata"]["annotations"]["a"] == "b"
        collection = path.rpartition("/")[0]
        assert "rights" in {item["metadata"]["name"] for item in runner.request("GET", collection)["items"]}
        eventually(lambda: "ADDED" in {event["type"] for event in runner.watch(collection, seconds=1)}, "it is watched")
        runner.delete(path)

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/apis/sagemaker.services.k8s.aws/v1alpha1/namespaces/default/models"),
            ("GET", "/apis/sagemaker.services.k8s.aws/v1alpha1/models"),
            ("GET", f"/api/v1/namespaces/{NAMESPACE}/secrets"),
            ("GET", f"/api/v1/namespaces/{NAMESPACE}/pods"),
            ("GET", f"/apis/rbac.authorization.k8s.io/v1/namespaces/{NAMESPACE}/roles"),
            ("DELETE", f"/apis/sagemaker.services.k8s.aws/v1alpha1/namespaces/{NAMESPACE}/models"),
        ],
    )
    def test_it_may_do_nothing_else(self, runner: Caller, method: str, path: str) -> None:
        with pytest.raises(Refused) as caught:
            runner.request(method, path)
        assert caught.value.status == 403

    def test_another_account_may_do_nothing(self, world: World) -> None:
        world.admin.apply(f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/somebody", {
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "somebody"}})
        somebody = world.cluster.caller(world.cluster.service_account_token(NAMESPACE, "somebody"))
        with pytest.raises(Refused) as caught:
            somebody.apply(path_of("Model", NAMESPACE, "not-allowed"), MODEL)
        assert caught.value.status == 403
