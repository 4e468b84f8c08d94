"""All that a step meets: a Kubernetes API, a controller, a local SageMaker that runs jobs; and steps as their users run them.

A step is the real process of a component, with the token of a service account that has the rights that ``kfp-sagemaker iam``
prints.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.config import Config
from kfp_sagemaker.faces.registry import component_ids
from proof.component_table import Component
from sagemaker_local import LocalSageMaker
from sagemaker_local.calls import Call
from sagemaker_local.events import Services

from .cluster import Caller, Cluster, Refused, path_of
from .eventually import LIMIT, eventually
from .processes import Program
from .step import Step

NAMESPACE, ACCOUNT = "pipelines", "pipeline-runner"
RBAC_PATHS = {
    "ServiceAccount": "/api/v1/namespaces/{namespace}/serviceaccounts/{name}",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles/{name}",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings/{name}",
}
IMAGE = "e2e/worker:1"
ROLE = "arn:aws:iam::123456789012:role/sagemaker"
BUCKET = "sagemaker-us-east-1-123456789012"
CLIENT_CONNECTIONS = 30
"""As many as scenarios run at once."""


@dataclass
class World:
    """Made once for all tests (conftest.py)."""

    cluster: Cluster
    local: LocalSageMaker
    start_controller: Callable[[], Program]
    directory: Path
    controller: Program | None = None
    kubeconfig: Path = Path()
    tasks: list[Step] = field(default_factory=list)
    _clients: dict[str, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def admin(self) -> Caller:
        return self.cluster.admin

    def prepare(self) -> None:
        """The namespace of the pipelines, their service account and rights, and the controller."""
        self.admin.apply(f"/api/v1/namespaces/{NAMESPACE}", {
            "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        for manifest in rbac_manifests():
            self.admin.apply(RBAC_PATHS[manifest["kind"]].format(**manifest["metadata"]), manifest)
        token = self.cluster.service_account_token(NAMESPACE, ACCOUNT)
        self.kubeconfig = self.cluster.kubeconfig(self.directory / "step.kubeconfig", token, NAMESPACE)
        eventually(self._has_its_rights, "the pipelines' account has its rights: the API server reads them now and then")
        self.controller = self.start_controller()

    def _has_its_rights(self) -> bool:
        runner = self.cluster.caller(self.cluster.service_account_token(NAMESPACE, ACCOUNT))
        try:
            runner.request("GET", path_of("Model", NAMESPACE, "").rstrip("/"))
        except Refused as error:
            if error.status in (401, 403):
                return False
            raise
        return True

    def close(self) -> None:
        """Ends every step and the controller."""
        for task in self.tasks:
            for process in task.programs:
                process.end()
        if self.controller is not None:
            self.controller.end()

    def task(self, component: str, directory: str, **inputs: Any) -> Step:
        """A step of ``component`` that is not started yet. ``directory`` tells it from all others."""
        row = Component(component, inputs, {}, "")
        task = Step(row, dict(inputs), self.directory / "steps" / directory, self.environment())
        self.tasks.append(task)
        return task

    def environment(self) -> dict[str, str]:
        """A pod's, without rights in AWS: whatever a step does, it does through the cluster. A slow controller is one."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        no_credentials = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null",
                          "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
        return {**kept, **no_credentials, "KUBECONFIG": str(self.kubeconfig), "AWS_REGION": self.local.region,
                "KFP_SAGEMAKER_CONTROLLER_TIMEOUT": str(LIMIT)}

    def resource(self, kind: str, name: str) -> dict[str, Any] | None:
        """The custom resource of that name in the pipelines' namespace, or None."""
        found: dict[str, Any] | None = self.admin.get(path_of(kind, NAMESPACE, name))
        return found

    def aws(self, service: str = "sagemaker") -> Any:
        """A client whose calls no fault strikes and the tests do not count. Made once: that takes longer than most calls."""
        with self._lock:
            if service not in self._clients:
                own = Services(self.local.url, self.local.region, self.local.settings.account_id)
                session: Any = boto3.Session(aws_access_key_id=own.access_key_id, aws_secret_access_key=own.secret_access_key,
                                             region_name=self.local.region)
                self._clients[service] = session.client(service, endpoint_url=self.local.url, config=Config(
                    parameter_validation=False, retries={"total_max_attempts": 1}, max_pool_connections=CLIENT_CONNECTIONS))
            return self._clients[service]

    def calls(self, operation: str, name: str) -> list[Call]:
        """The calls of that operation about that resource which were carried out."""
        return [call for call in self.local.calls if call.caller == "client" and call.http_status == 200
                and (call.operation, call.name) == (operation, name)]


def rbac_manifests() -> list[Mapping[str, Any]]:
    """What ``kfp-sagemaker iam`` prints for all components on custom resources."""
    components = [component for component in component_ids() if component.startswith("v2/")]
    program = Path(sys.executable).with_name("kfp-sagemaker")
    printed = subprocess.run([program, "iam", *components, "--namespace", NAMESPACE, "--service-account", ACCOUNT],
                             check=True, capture_output=True, text=True).stdout
    return list(yaml.safe_load_all(printed))
