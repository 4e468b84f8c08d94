"""Work teams and job definitions where they differ from other records: nested answers, updates, summaries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

MEMBER = {"CognitoMemberDefinition": {"UserPool": "us-east-1_abc", "UserGroup": "others", "ClientId": "client"}}


def test_a_work_team_belongs_to_a_workforce(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    sagemaker.create_workteam(**make_request("Workteam", "team"))
    shown = sagemaker.describe_workteam(WorkteamName="team")["Workteam"]
    assert shown["WorkforceArn"] == "arn:aws:sagemaker:us-east-1:123456789012:workforce/default"
    assert shown["SubDomain"].endswith(".labeling.us-east-1.sagemaker.aws")
    assert shown["LastUpdatedDate"] >= shown["CreateDate"]


def test_an_update_replaces_the_members_that_it_gives(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    sagemaker.create_workteam(**make_request("Workteam", "changing"))
    before = sagemaker.describe_workteam(WorkteamName="changing")["Workteam"]

    answer = sagemaker.update_workteam(WorkteamName="changing", MemberDefinitions=[MEMBER])["Workteam"]

    assert answer["MemberDefinitions"] == [MEMBER]
    assert answer["Description"] == before["Description"]
    assert answer["LastUpdatedDate"] > before["LastUpdatedDate"]
    assert sagemaker.describe_workteam(WorkteamName="changing")["Workteam"] == answer


@pytest.mark.parametrize(
    ("name", "members", "sentence"),
    [("absent", [MEMBER], 'The work team ".*/absent" does not exist'), ("strict", [{}], "Exactly one of Cognito")],
)
def test_an_update_keeps_the_rules(
    sagemaker: Any, make_request: Callable[..., Any], name: str, members: list[Any], sentence: str
) -> None:
    if name != "absent":
        sagemaker.create_workteam(**make_request("Workteam", name))
    with pytest.raises(ClientError, match=sentence):
        sagemaker.update_workteam(WorkteamName=name, MemberDefinitions=members)


def test_deletion_says_that_it_succeeded(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    sagemaker.create_workteam(**make_request("Workteam", "leaving"))
    assert sagemaker.delete_workteam(WorkteamName="leaving")["Success"] is True


def test_work_teams_are_listed_by_date(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    for name in ("order-b", "order-a"):
        sagemaker.create_workteam(**make_request("Workteam", name))
    for params, names in [({}, ["order-b", "order-a"]), ({"SortBy": "Name"}, ["order-a", "order-b"])]:
        found = sagemaker.list_workteams(NameContains="order", **params)["Workteams"]
        assert [team["WorkteamName"] for team in found] == names


def test_job_definitions_are_found_by_endpoint(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    sagemaker.create_data_quality_job_definition(**make_request("DataQualityJobDefinition", "watching"))
    (found,) = sagemaker.list_data_quality_job_definitions(EndpointName="watched")["JobDefinitionSummaries"]
    assert found["MonitoringJobDefinitionName"] == "watching"
    assert found["EndpointName"] == "watched"
    assert sagemaker.list_data_quality_job_definitions(EndpointName="other")["JobDefinitionSummaries"] == []
