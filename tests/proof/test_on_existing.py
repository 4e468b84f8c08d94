"""A name that a user gave, and what bears it already: the rows of the decision table, with real processes.

The comparison is Describe against request, so that what was made by other means counts the same.
"""

from __future__ import annotations

from typing import Any

import pytest
from sagemaker_local.scripted import EndpointScript, JobScript
from waiting import until

from .component_table import COMPONENTS, CONFIG, ENDPOINT, JOBS, RECORDS
from .lab import RUNNING, Lab
from .steps import Task

JOBS_AND_RECORDS = [*JOBS, *RECORDS]


def named(lab: Lab, component: str, **inputs: Any) -> Task:
    """A task of its own (another run, as it were) that asks for the resource of that name."""
    return lab.task(component, **{COMPONENTS[component].name_input: lab.name, **inputs})


def there(lab: Lab, component: str, **inputs: Any) -> None:
    """Let the name be taken, by a step that has ended."""
    lab.prepare(component)
    named(lab, component, **inputs).start()
    operation = COMPONENTS[component].last
    lab.until_called(operation)


def ended(lab: Lab, component: str, **inputs: Any) -> None:
    there(lab, component, **inputs)
    until(lambda: lab.status(component, lab.name) in ("Completed", "Failed", "Stopped", "exists"), "the first one ended")


def made(lab: Lab, component: str) -> list[str]:
    return [str(call.name) for call in lab.carried_out(COMPONENTS[component].last)]


@pytest.mark.parametrize("component", JOBS_AND_RECORDS)
class TestEqualAndThere:
    def test_attach_reuses_its_outputs(self, lab: Lab, component: str) -> None:
        ended(lab, component)
        task = named(lab, component)

        task.run().check()

        assert made(lab, component) == [lab.name]
        task.check_outputs(lab.name)

    def test_fail_says_so(self, lab: Lab, component: str) -> None:
        ended(lab, component)

        message = named(lab, component, on_existing="fail").run().check(2).last_line

        assert f"{lab.name} is there already" in message
        assert "on_existing" in message
        assert made(lab, component) == [lab.name]

    def test_new_takes_the_next_free_suffix(self, lab: Lab, component: str) -> None:
        ended(lab, component)
        first, second = named(lab, component, on_existing="new"), named(lab, component, on_existing="new")

        first.run().check()
        second.run().check()

        assert made(lab, component) == [lab.name, f"{lab.name}-r1", f"{lab.name}-r2"]
        first.check_outputs(f"{lab.name}-r1")
        second.check_outputs(f"{lab.name}-r2")


@pytest.mark.parametrize("component", JOBS_AND_RECORDS)
def test_another_request_is_a_failure_that_names_the_differences(lab: Lab, component: str) -> None:
    ended(lab, component, **COMPONENTS[component].different)

    message = named(lab, component).run().check(2).stderr

    assert "is not what this step asks for" in message
    assert "here" in message.splitlines()[-1]
    assert DIFFERENT_MEMBER[component] in message
    assert made(lab, component) == [lab.name]


#: What the ``different`` inputs of the table change in the request.
DIFFERENT_MEMBER = {"v1/ground_truth": "HumanTaskConfig.TaskTitle: there 'What is it?', here 'Cat or dog?'",
                    "v1/workteam": "Description: there 'Those who know birds', here 'Those who know pets'",
                    "v1/batch_transform": "TransformInput.SplitType: there 'Line', here 'None'",
                    "v1/hyperparameter_tuning": "ResourceLimits.MaxNumberOfTrainingJobs: there 5, here 4",
                    "v1/data_quality_job_definition": "DataQualityBaselineConfig",
                    "v1/endpoint_config": "KmsKeyId: there 'alias/key', here none",
                    "v1/model_bias_job_definition": "ModelBiasBaselineConfig",
                    "v1/model_explainability_job_definition": "ModelExplainabilityBaselineConfig",
                    "v1/model_quality_job_definition": "ModelQualityBaselineConfig",
                    "v1/model": "PrimaryContainer.ModelDataUrl: there 's3://bucket/other.tar.gz', here 's3://bucket/model.tar.gz'",
                    "v1/process": "ProcessingResources.ClusterConfig.InstanceCount: there 2, here 1",
                    "v1/train": "HyperParameters"}


def test_the_table_of_differences_is_complete() -> None:
    assert set(DIFFERENT_MEMBER) == set(JOBS_AND_RECORDS)


@pytest.mark.parametrize("component", JOBS)
class TestJobs:
    def test_an_equal_one_that_runs_is_attached_to(self, lab: Lab, component: str) -> None:
        lab.script.jobs["*"] = RUNNING
        there(lab, component)
        task = named(lab, component)
        process = task.start()
        until(lambda: "attach" in process.stderr, "the second step attached")
        lab.script.release(lab.name)

        process.wait().check()

        assert made(lab, component) == [lab.name]
        task.check_outputs(lab.name)

    def test_an_equal_one_that_failed_is_a_failure_with_its_reason(self, lab: Lab, component: str) -> None:
        lab.script.jobs["*"] = JobScript(steps=(), status="Failed", failure_reason="AlgorithmError: bad data")
        ended(lab, component)

        message = named(lab, component).run().check(1)

        assert message.last_line.endswith("AlgorithmError: bad data")
        assert "is there already" in message.stderr
        assert made(lab, component) == [lab.name]

    def test_a_job_that_failed_can_be_done_anew(self, lab: Lab, component: str) -> None:
        lab.script.jobs[lab.name] = JobScript(steps=(), status="Failed", failure_reason="AlgorithmError: bad data")
        lab.script.jobs["*"] = lab.script.jobs.pop("*")  # The first that matches counts.
        ended(lab, component)
        task = named(lab, component, on_existing="new")

        task.run().check()

        task.check_outputs(f"{lab.name}-r1")


def test_a_failed_job_of_the_steps_own_is_done_anew_by_a_retry(lab: Lab) -> None:
    lab.script.jobs["*"] = JobScript(steps=(), status="Failed", failure_reason="AlgorithmError: bad data")
    task = lab.task("v1/train")
    task.run().check(1)
    task.run().check(1)

    first, second = [str(call.name) for call in lab.carried_out("CreateTrainingJob")]

    assert second == f"{first}-r1"


class TestEndpoints:
    @pytest.fixture
    def lab(self, lab: Lab) -> Lab:
        """With an endpoint in service."""
        lab.prepare("v1/delete_endpoint")
        return lab

    def test_one_that_is_as_it_should_be_is_left_alone(self, lab: Lab) -> None:
        task = lab.task("v1/endpoint", endpoint_name=ENDPOINT)

        task.run().check()

        assert [call.operation for call in lab.calls() if not call.operation.startswith("Describe")] == []
        task.check_outputs(ENDPOINT)
        assert task.parameter("endpoint_config_name") == CONFIG

    def test_another_request_is_an_update(self, lab: Lab) -> None:
        task = lab.task("v1/endpoint", endpoint_name=ENDPOINT, **COMPONENTS["v1/endpoint"].different)

        task.run().check()

        config = lab.name_of("CreateEndpointConfig")
        assert len(lab.carried_out("UpdateEndpoint")) == 1
        assert task.parameter("endpoint_config_name") == config
        assert lab.describe("v1/endpoint", ENDPOINT)["ProductionVariants"][0]["CurrentInstanceCount"] == 2

    def test_an_update_that_was_rolled_back_is_a_failure_that_names_both_configs(self, lab: Lab) -> None:
        lab.script.endpoints["*"] = EndpointScript(status="RolledBack", failure_reason="The alarm went off.")
        task = lab.task("v1/endpoint", endpoint_name=ENDPOINT, **COMPONENTS["v1/endpoint"].different)

        ended = task.run().check(1)

        assert f"was rolled back: it serves {CONFIG}, and {lab.name_of('CreateEndpointConfig')} was asked for" in ended.stderr
        assert ended.last_line.endswith("The alarm went off.")
        assert lab.status("v1/endpoint", ENDPOINT) == "InService"

    def test_fail_says_so(self, lab: Lab) -> None:
        ended = lab.task("v1/endpoint", endpoint_name=ENDPOINT, on_existing="fail").run().check(2)

        assert f"{ENDPOINT} is there already" in ended.last_line

    def test_new_makes_another_one(self, lab: Lab) -> None:
        task = lab.task("v1/endpoint", endpoint_name=ENDPOINT, on_existing="new")

        task.run().check()

        assert lab.name_of("CreateEndpoint") == f"{ENDPOINT}-r1"
        task.check_outputs(f"{ENDPOINT}-r1")

    def test_one_that_somebody_else_updates_is_waited_for_first(self, lab: Lab) -> None:
        lab.hold()
        lab.make("CreateEndpointConfig", EndpointConfigName="theirs",
                 ProductionVariants=[{**COMPONENTS["v1/endpoint"].inputs["production_variants"][0], "VariantName": "theirs"}])
        lab.sagemaker.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName="theirs")
        task = lab.task("v1/endpoint", endpoint_name=ENDPOINT)
        process = task.start()
        lab.until_called("DescribeEndpoint", times=3)
        assert lab.calls("UpdateEndpoint") == []
        del lab.script.endpoints["*"]
        lab.script.release(ENDPOINT)

        process.wait().check()

        assert len(lab.carried_out("UpdateEndpoint")) == 1
        assert lab.describe("v1/endpoint", ENDPOINT)["EndpointConfigName"] == lab.name_of("CreateEndpointConfig")
