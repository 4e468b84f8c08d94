"""``kfp-sagemaker stop --run ID --namespace NAME``: what a SIGTERM missed, by the label of the run."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from kfp_sagemaker.cli import main
from kfp_sagemaker.errors import RequestRefused
from waiting import until

from .api_objects import Answer
from .api_server import Served
from .in_process import LABELS, carry_out
from .lab import NAMESPACE, AckLab
from .test_every_kind import inputs_of


def stop(lab: AckLab, *arguments: str, run: str = LABELS.run_id) -> Result:
    environment = {"KUBECONFIG": str(lab.kubeconfig), "KUBERNETES_SERVICE_HOST": None}
    return CliRunner().invoke(main, ["stop", "--run", run, "--namespace", NAMESPACE, *arguments], env=environment)


def apply_running_job(lab: AckLab) -> None:
    """A custom resource whose job runs, of a step that is gone."""
    carry_out(lab, "v2/TrainingJob", inputs_of("v2/TrainingJob"))
    (made,) = (one for key, one in lab.controller.sagemaker.items() if key[0] == "TrainingJob")
    lab.controller.holds = True
    made.status, made.busy = "InProgress", "InProgress"
    name = lab.the("TrainingJob")["metadata"]["name"]
    lab.server.edit("trainingjobs", name, lambda custom: custom["metadata"].update(
        annotations={"services.k8s.aws/deletion-policy": "retain"}), "somebody")
    until(lambda: lab.status("TrainingJob", "trainingJobStatus") == "InProgress", "the job runs")


def test_jobs_are_stopped_and_records_are_left(lab: AckLab) -> None:
    carry_out(lab, "v2/Model", inputs_of("v2/Model"))
    carry_out(lab, "v2/ProcessingJob", inputs_of("v2/ProcessingJob"))
    apply_running_job(lab)

    result = stop(lab)

    assert result.exit_code == 0, result.output
    said = {line.split()[1] if "ended" not in line else line.split()[2]: line for line in result.output.splitlines()}
    assert said["trainingjobs"].startswith("stopped")
    assert said["models"].startswith("left")
    assert said["processingjobs"].startswith("already ended")
    until(lambda: not lab.objects("TrainingJob"), "the custom resource goes")
    assert [kind for kind, _ in lab.controller.stopped] == ["TrainingJob"]


def test_a_dry_run_and_another_run_stop_nothing(lab: AckLab) -> None:
    apply_running_job(lab)

    assert "would be stopped" in stop(lab, "--dry-run").output
    assert "No custom resource in namespace team-a is labeled" in stop(lab, run="another").output
    assert lab.server.calls("delete") == []


def test_what_nobody_has_made_is_deleted(lab: AckLab) -> None:
    lab.controller.errors["Model"] = "api error ValidationException: no"
    with pytest.raises(RequestRefused):
        carry_out(lab, "v2/Model", inputs_of("v2/Model"))
    lab.server.apply("models", "left", lab.server.calls("patch")[0].body | {
        "metadata": {**lab.server.calls("patch")[0].body["metadata"], "name": "left"}}, "kfp-sagemaker")

    assert stop(lab).output.split()[0] == "stopped"
    until(lambda: not lab.objects("Model"), "the custom resource goes")


def test_kinds_that_the_cluster_lacks_are_passed_over_and_a_denial_is_not(lab: AckLab) -> None:
    apply_running_job(lab)

    def old(served: Served) -> None:
        if served.plural == "models":
            raise Answer(404, "NotFound", "the server could not find the requested resource")
        if served.verb == "delete":
            raise Answer(403, "Forbidden", 'User "me" cannot delete')

    lab.server.faults.append(old)

    result = stop(lab)

    assert result.exit_code == 1
    assert "access denied: me may not delete trainingjobs" in result.output
