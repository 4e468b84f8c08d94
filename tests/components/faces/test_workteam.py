"""Work teams: members from Cognito groups or from those of one's own provider, never half of either."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.faces.face import Ended, Lifecycle
from kfp_sagemaker.faces.prepare import prepare
from kfp_sagemaker.faces.workteam import WORKTEAM_FACE, collect
from kfp_sagemaker.service_model.validate import UNRESOLVED

TEAM = {"team_name": "team", "description": "A team"}
COGNITO = {"user_pool": "us-east-1_pool", "user_groups": "g1, g2", "client_id": "client"}
ARN = "arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/team"


def request(**inputs: Any) -> Any:
    (call,) = prepare(WORKTEAM_FACE, {**TEAM, **inputs}).calls
    return call.request


def refused(**inputs: Any) -> set[str]:
    with pytest.raises(InvalidInput) as raised:
        prepare(WORKTEAM_FACE, {**TEAM, **inputs})
    return {violation.input for violation in raised.value.violations}


def test_every_group_of_the_pool_is_a_member() -> None:
    assert request(**COGNITO)["MemberDefinitions"] == [
        {"CognitoMemberDefinition": {"UserPool": "us-east-1_pool", "UserGroup": group, "ClientId": "client"}}
        for group in ("g1", "g2")]


def test_groups_of_ones_own_provider_are_one_member() -> None:
    assert request(oidc_groups="readers, writers,")["MemberDefinitions"] == [
        {"OidcMemberDefinition": {"Groups": ["readers", "writers"]}}]


@pytest.mark.parametrize("missing", COGNITO)
def test_half_of_cognito_is_refused_naming_the_other_half(missing: str) -> None:
    assert refused(**{**COGNITO, missing: ""}) == {missing}


@pytest.mark.parametrize(("name", "value"), [
    ("user_pool", "no pool"), ("user_groups", "a, b c"), ("client_id", "é"), ("oidc_groups", ",".join("abcdefghijk"))])
def test_what_the_service_model_forbids_names_its_input(name: str, value: str) -> None:
    assert refused(**({} if name == "oidc_groups" else COGNITO) | {name: value}) == {name}


def test_no_members_are_refused() -> None:
    assert refused() == set(COGNITO)
    assert refused(**{**COGNITO, "user_groups": " , "}) == {"user_groups"}
    assert refused(oidc_groups=" , ") == {"oidc_groups"}


@pytest.mark.parametrize("given", COGNITO)
def test_cognito_and_ones_own_provider_exclude_each_other(given: str) -> None:
    assert refused(oidc_groups="readers", **{given: COGNITO[given]}) == {given}


def test_notification_only_with_a_topic() -> None:
    topic = "arn:aws:sns:us-east-1:111122223333:work"
    assert "NotificationConfiguration" not in request(**COGNITO)
    assert request(**COGNITO, sns_topic=topic)["NotificationConfiguration"] == {"NotificationTopicArn": topic}


@pytest.mark.parametrize("name", [declared.name for declared in WORKTEAM_FACE.inputs if declared.name != "oidc_groups"])
def test_a_value_that_only_the_run_tells_is_no_problem(name: str) -> None:
    prepare(WORKTEAM_FACE, {**TEAM, **COGNITO, name: UNRESOLVED})


def test_groups_that_only_the_run_tells() -> None:
    prepare(WORKTEAM_FACE, {**TEAM, "oidc_groups": UNRESOLVED})


@pytest.mark.parametrize(("member", "shown"), [
    ({"CognitoMemberDefinition": {"UserPool": "p", "UserGroup": "g1", "ClientId": "c"}}, "`g1`"),
    ({"OidcMemberDefinition": {"Groups": ["readers", "writers"]}}, "`readers`, `writers`"),
])
def test_outputs(member: dict[str, Any], shown: str) -> None:
    collected = collect(Ended({"WorkteamArn": ARN, "MemberDefinitions": [member], "SubDomain": "x.labeling.aws"}, {}))
    assert collected.parameters == {"workteam_arn": ARN, "arn": ARN}
    assert collected.figures == {"Groups": shown, "Portal of the workers": "https://x.labeling.aws"}


def test_is_for_those_who_used_it_already() -> None:
    assert WORKTEAM_FACE.lifecycle is Lifecycle.EXISTING_CUSTOMERS_ONLY
