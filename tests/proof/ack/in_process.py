"""Carries a step on custom resources out in this process: everything but reading the executor input and writing outputs."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.backends.ack.backend import AckBackend
from kfp_sagemaker.backends.ack.cluster import Cluster
from kfp_sagemaker.faces.prepare import Run, prepare
from kfp_sagemaker.faces.registry import find_face
from kfp_sagemaker.lifecycle.clock import SystemClock
from kfp_sagemaker.lifecycle.patience import Patience
from kfp_sagemaker.lifecycle.run import run_step
from kfp_sagemaker.lifecycle.step import Step
from kfp_sagemaker.lifecycle.termination import Termination
from kfp_sagemaker.names import RunLabels

from .lab import NAMESPACE, AckLab

LABELS = RunLabels("digits", "the-run", "the-task")


def carry_out(lab: AckLab, component: str, inputs: Mapping[str, Any], task: str = "the-task") -> Mapping[str, Any]:
    """What the step's resource is described as in the end. Raises StepError; runs of one ``task`` are of one step."""
    run = Run(hashlib.sha256(task.encode()).hexdigest(), LABELS)
    prepared = prepare(find_face(component), inputs, run=run)
    backend = AckBackend(prepared, Cluster("here", lab.server.url, NAMESPACE))
    backend.connect()
    clock = SystemClock()
    timeout_at = clock.now() + prepared.settings.timeout if prepared.settings.timeout else None
    patience = Patience(clock, clock.now() + 90, backend.renew_credentials, timeout_at, pause_scale=0.01,
                        random=random.Random(1))
    return run_step(Step(prepared, backend, patience, Termination(), lambda line: None, lambda described: None))
