"""A laboratory for steps on custom resources: an API server and a controller for each test; the requests judge."""

from __future__ import annotations

import dataclasses
import itertools
import os
from pathlib import Path
from typing import Any

import yaml
from kfp_sagemaker.custom_resources.fields import field_table
from kfp_sagemaker.faces.registry import find_face
from kfp_sagemaker.generate.examples import example_of
from waiting import until

from ..component_table import COMPONENTS, Component
from ..steps import StepProcess, Task
from .api_objects import Object
from .api_server import ApiServer
from .controller import Controller

NAMESPACE = "team-a"


class AckLab:
    """``server`` and ``controller`` are the test's to disturb; ``task`` makes steps of the flat components."""

    def __init__(self, directory: Path) -> None:
        self.server = ApiServer()
        self.controller = Controller(self.server)
        self._directory, self._numbers, self._tasks = directory, itertools.count(1), list[Task]()
        self.kubeconfig = directory / "kubeconfig"
        self.kubeconfig.write_text(yaml.safe_dump({
            "current-context": "test",
            "contexts": [{"name": "test", "context": {"cluster": "here", "user": "me", "namespace": NAMESPACE}}],
            "clusters": [{"name": "here", "cluster": {"server": self.server.url}}],
            "users": [{"name": "me", "user": {"token": "the-token"}}],
        }))
        self.controller.start()

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**kept, "KUBECONFIG": str(self.kubeconfig), "KFP_SAGEMAKER_POLL_INTERVAL": "0.05",
                "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null",
                "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", **more}

    def task(self, op: str, **inputs: Any) -> Task:
        """A task of ``v2/flat/<op>`` with the least inputs that are valid, and ``inputs``."""
        row = dataclasses.replace(COMPONENTS[f"v1/{op}"], id=f"v2/flat/{op}")
        return self._task(row, {**row.inputs, **inputs})

    def custom_resource(self, kind: str, **inputs: Any) -> Task:
        """A task of ``v2/<kind>`` with the inputs of its example, and ``inputs``."""
        face = find_face(f"v2/{kind}")
        return self._task(Component(face.id, {}, {}, ""), {**example_of(face), **inputs})

    def _task(self, row: Component, inputs: dict[str, Any]) -> Task:
        task = Task(row, inputs, self._directory / f"task-{next(self._numbers)}", self.environment())
        self._tasks.append(task)
        return task

    def objects(self, kind: str) -> list[Object]:
        return self.server.all(field_table(kind).plural)

    def the(self, kind: str) -> Object:
        """The only custom resource of a kind, once there is one."""
        found = until(lambda: self.objects(kind), f"a {kind} is there")
        assert len(found) == 1, [one["metadata"]["name"] for one in found]
        return found[0]

    def status(self, kind: str, field: str) -> str:
        """A field of the status of the only custom resource of a kind; empty as long as there is none."""
        found = self.objects(kind)
        return str((found[0].get("status") or {}).get(field, "")) if found else ""

    def until_watched(self, process: StepProcess, kind: str, field: str, status: str) -> None:
        """Wait until the controller has said ``status``, and the step has opened a watch."""
        until(lambda: (self.status(kind, field) == status and self.server.calls("watch")) or not process.runs,
              f"{kind} is {status} and watched")
        assert process.runs, process.stderr

    def close(self) -> None:
        for task in self._tasks:
            for process in task.processes:
                process.end()
        self.controller.close()
        self.server.close()
