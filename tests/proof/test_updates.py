"""Services that are there already: updated when that is allowed, compared afterwards, and what an update replaced deleted.

``test_on_existing`` has what holds of names in general, and endpoints by ``v1/endpoint``.
"""

from __future__ import annotations

from typing import Any

import pytest
from sagemaker_local.scripted import HOLD, EndpointScript, ScheduleScript, Step
from waiting import until

from .component_table import COMPONENTS, CONFIG, DEFINITION, ENDPOINT, SCHEDULE
from .lab import Lab
from .steps import Task

DIFFERENT = COMPONENTS["v1/deploy"].different


def changes(lab: Lab) -> list[str]:
    """The operations carried out that change something, in order."""
    return [call.operation for call in lab.calls() if call.http_status == 200 and call.service == "sagemaker"
            and not call.operation.startswith("Describe")]


class TestDeploy:
    @pytest.fixture
    def lab(self, lab: Lab) -> Lab:
        """With an endpoint in service."""
        lab.prepare("v1/delete_endpoint")
        return lab

    @staticmethod
    def deploy(lab: Lab, **inputs: Any) -> Task:
        return lab.task("v1/deploy", endpoint_name=ENDPOINT, **inputs)

    @staticmethod
    def configs(lab: Lab) -> set[str]:
        return {str(one["EndpointConfigName"]) for one in lab.sagemaker.list_endpoint_configs()["EndpointConfigs"]}

    def test_an_endpoint_that_differs_is_left_alone_unless_an_update_is_allowed(self, lab: Lab) -> None:
        ended = self.deploy(lab, **DIFFERENT).run().check(2)

        assert f"{ENDPOINT} is there already and is not what this step asks for" in ended.last_line
        assert "update_endpoint" in ended.last_line
        assert changes(lab) == []

    def test_an_update_that_is_allowed_keeps_the_old_config(self, lab: Lab) -> None:
        task = self.deploy(lab, update_endpoint=True, **DIFFERENT)

        task.run().check()

        assert changes(lab) == ["CreateEndpointConfig", "UpdateEndpoint"]
        task.check_outputs(ENDPOINT)
        assert self.configs(lab) == {CONFIG, task.parameter("endpoint_config_name")}

    def test_the_old_config_is_deleted_when_asked_after_the_endpoint_serves_the_new_one(self, lab: Lab) -> None:
        lab.script.endpoints["*"] = EndpointScript((Step("Updating", HOLD),))
        task = self.deploy(lab, update_endpoint=True, delete_old_config=True, **DIFFERENT)
        process = task.start()
        lab.until_called("UpdateEndpoint")
        lab.until_called("DescribeEndpoint", times=4)
        assert lab.calls("DeleteEndpointConfig") == []
        lab.script.release(ENDPOINT)

        process.wait().check()

        assert lab.name_of("DeleteEndpointConfig") == CONFIG
        assert self.configs(lab) == {task.parameter("endpoint_config_name")}

    def test_nothing_is_deleted_after_a_roll_back(self, lab: Lab) -> None:
        lab.script.endpoints["*"] = EndpointScript(status="RolledBack", failure_reason="The alarm went off.")

        ended = self.deploy(lab, update_endpoint=True, delete_old_config=True, **DIFFERENT).run().check(1)

        made = lab.name_of("CreateEndpointConfig")
        assert f"was rolled back: it serves {CONFIG}, and {made} was asked for" in ended.stderr
        assert self.configs(lab) == {CONFIG, made}

    @pytest.mark.parametrize("inputs", [{}, DIFFERENT], ids=["left as it is", "created"])
    def test_nothing_is_deleted_where_nothing_was_replaced(self, lab: Lab, inputs: dict[str, Any]) -> None:
        """One of the table's config serves an equal one; a new endpoint replaces nothing."""
        name = "another" if inputs else ENDPOINT
        lab.task("v1/deploy", **{"endpoint_name": name, "variant_name_1": "main", "update_endpoint": True,
                                 "delete_old_config": True, **inputs}).run().check()

        assert lab.calls("DeleteEndpointConfig") == []
        assert CONFIG in self.configs(lab)

    def test_killed_while_it_waits_the_old_config_is_deleted_by_the_next_try(self, lab: Lab) -> None:
        lab.script.endpoints["*"] = EndpointScript((Step("Updating", HOLD),))
        task = self.deploy(lab, update_endpoint=True, delete_old_config=True, **DIFFERENT)
        process = task.start()
        lab.until_called("UpdateEndpoint")
        process.kill()
        again = task.start()
        until(lambda: "attach" in again.stderr, "the next try attached")
        lab.script.release(ENDPOINT)

        again.wait().check()

        assert changes(lab) == ["CreateEndpointConfig", "UpdateEndpoint", "DeleteEndpointConfig"]
        assert self.configs(lab) == {task.parameter("endpoint_config_name")}

    def test_a_denied_deletion_is_told(self, lab: Lab) -> None:
        lab.faults({"operation": "DeleteEndpointConfig", "fault": "access_denied"})

        ended = self.deploy(lab, update_endpoint=True, delete_old_config=True, **DIFFERENT).run().check(1)

        assert "may not sagemaker:DeleteEndpointConfig" in ended.last_line

    def test_the_users_name_for_the_config_is_that_of_the_update(self, lab: Lab) -> None:
        task = self.deploy(lab, update_endpoint=True, endpoint_config_name="mine", **DIFFERENT)

        task.run().check()

        assert lab.describe("v1/deploy", ENDPOINT)["EndpointConfigName"] == "mine"
        assert task.parameter("endpoint_config_name") == "mine"

    def test_a_config_of_that_name_that_holds_something_else_is_no_success(self, lab: Lab) -> None:
        """The endpoint has it already; its name alone says nothing."""
        task = self.deploy(lab, update_endpoint=True, endpoint_config_name=CONFIG, variant_name_1="main", **DIFFERENT)

        ended = task.run().check(2)

        assert f"EndpointConfig {CONFIG} is there already and is not what this step asks for" in ended.stderr
        assert "InitialInstanceCount: there 1, here 2" in ended.stderr
        assert changes(lab) == []

    def test_a_config_of_that_name_that_holds_the_same_is(self, lab: Lab) -> None:
        self.deploy(lab, endpoint_config_name=CONFIG, variant_name_1="main").run().check()

        assert changes(lab) == []

    def test_tags_of_its_own(self, lab: Lab) -> None:
        task = lab.task("v1/deploy", tags={"team": "vision"}, endpoint_config_tags={"cost": "42"}, automatic_tags=False)
        task.run().check()
        config = lab.sagemaker.describe_endpoint_config(EndpointConfigName=lab.name_of("CreateEndpointConfig"))

        assert lab.tags(task.parameter("arn")) == {"team": "vision"}
        assert lab.tags(config["EndpointConfigArn"]) == {"cost": "42"}


class TestMonitoringSchedules:
    @pytest.fixture
    def lab(self, lab: Lab) -> Lab:
        """With a schedule that is scheduled."""
        lab.prepare("v1/delete_monitoring_schedule")
        return lab

    @staticmethod
    def schedule(lab: Lab, **inputs: Any) -> Task:
        return lab.task("v1/monitoring_schedule", monitoring_schedule_name=SCHEDULE, **inputs)

    def test_one_that_is_as_it_should_be_is_left_alone(self, lab: Lab) -> None:
        task = self.schedule(lab)

        task.run().check()

        assert changes(lab) == []
        task.check_outputs(SCHEDULE)
        assert f"`{DEFINITION}`" in (task.root / "card").read_text()

    def test_another_one_is_updated(self, lab: Lab) -> None:
        different = COMPONENTS["v1/monitoring_schedule"].different
        task = self.schedule(lab, **different)

        task.run().check()

        assert changes(lab) == ["UpdateMonitoringSchedule"]
        assert lab.describe("v1/monitoring_schedule", SCHEDULE)["MonitoringScheduleConfig"] == different[
            "monitoring_schedule_config"]

    def test_an_update_that_fails_is_a_failure_with_its_reason(self, lab: Lab) -> None:
        lab.script.schedules["*"] = ScheduleScript(status="Failed", failure_reason="The endpoint has no data capture.")

        ended = self.schedule(lab, **COMPONENTS["v1/monitoring_schedule"].different).run().check(1)

        assert ended.last_line.endswith("The endpoint has no data capture.")

    @pytest.mark.parametrize(("stopped_is", "status"), [("failed", 1), ("succeeded", 0)])
    def test_one_that_somebody_stopped(self, lab: Lab, stopped_is: str, status: int) -> None:
        lab.sagemaker.stop_monitoring_schedule(MonitoringScheduleName=SCHEDULE)
        until(lambda: lab.status("v1/monitoring_schedule", SCHEDULE) == "Stopped", "the schedule stopped")

        ended = self.schedule(lab, stopped_is=stopped_is).run().check(status)

        assert "Stopped" in ended.stderr
        assert changes(lab) == []

    def test_a_deletion_waits_until_it_is_allowed(self, lab: Lab) -> None:
        lab.script.schedules["*"] = ScheduleScript(seconds=HOLD)
        lab.sagemaker.stop_monitoring_schedule(MonitoringScheduleName=SCHEDULE)
        task = lab.task("v1/delete_monitoring_schedule")
        process = task.start()
        lab.until_called("DescribeMonitoringSchedule", times=3)
        assert lab.calls("DeleteMonitoringSchedule") == []
        lab.script.release(SCHEDULE)

        process.wait().check()

        assert len(lab.carried_out("DeleteMonitoringSchedule")) == 1
        task.check_outputs(SCHEDULE)

    def test_killed_after_the_call_the_next_try_waits_until_it_is_gone(self, lab: Lab) -> None:
        """Its deletion shows as Pending, like an update."""
        lab.script.deletions["*"] = HOLD
        task = lab.task("v1/delete_monitoring_schedule")
        deleting = lab.gates.after("DeleteMonitoringSchedule")
        process = task.start()
        deleting.wait(process)
        process.kill()
        deleting.open()
        again = task.start()
        lab.until_called("DescribeMonitoringSchedule", times=4)
        lab.script.release(SCHEDULE)

        again.wait().check()

        assert len(lab.carried_out("DeleteMonitoringSchedule")) == 1
        task.check_outputs(SCHEDULE)
