"""``v1/workteam``: the flat face on CreateWorkteam, input for input that of the component it succeeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.errors import Violation
from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.face import CARD, Built, Collected, Ended, Face, Lifecycle, Output, OutputType
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.faces.vpc import comma_list
from kfp_sagemaker.names import is_empty
from kfp_sagemaker.resources.workteam import WORKTEAM
from kfp_sagemaker.service_model.validate import Unresolved

_OPERATION = "CreateWorkteam"
_MEMBERS = f"{_OPERATION}.MemberDefinitions"
#: Inputs that together make the members of a team in an Amazon Cognito user pool.
_COGNITO = ("user_pool", "user_groups", "client_id")

INPUTS = (
    Input("team_name", InputType.STRING, "Name of the work team.", target=f"{_OPERATION}.WorkteamName"),
    Input("description", InputType.STRING, "What the team is for.", target=f"{_OPERATION}.Description"),
    Input("user_pool", InputType.STRING, "Id of the Amazon Cognito user pool.", default=""),
    Input("user_groups", InputType.STRING, "Groups of the user pool, separated by commas.", default=""),
    Input("client_id", InputType.STRING, "Id of the user pool's application client.", default=""),
    Input("oidc_groups", InputType.STRING,
          "Groups of your own OpenID Connect provider, separated by commas, in place of the Cognito inputs.", default=""),
    Input("sns_topic", InputType.STRING, "ARN of the SNS topic that tells the workers of new work.", default="",
          target=f"{_OPERATION}.NotificationConfiguration.NotificationTopicArn"),
    *CONNECTION_INPUTS,
    *STEP_INPUTS,
)


def build(values: Mapping[str, Any]) -> Built:
    """The CreateWorkteam request."""
    requests, problems = assemble(INPUTS, values, (_OPERATION,))
    groups = values.get("oidc_groups")
    request = requests[_OPERATION]
    if is_empty(groups):
        problems += [Violation(name, "required, unless oidc_groups says who works", _MEMBERS)
                     for name in _COGNITO if is_empty(values.get(name))]
        members = request["MemberDefinitions"] = _cognito_members(values)
        origins = {_MEMBERS: "user_groups"}
        for index in range(0 if isinstance(members, Unresolved) else len(members)):
            for member, name in zip(("UserPool", "UserGroup", "ClientId"), _COGNITO, strict=True):
                origins[f"{_MEMBERS}[{index}].CognitoMemberDefinition.{member}"] = name
        return Built(requests, tuple(problems), origins)
    problems += [Violation(name, "Cognito and oidc_groups exclude each other: leave one out", _MEMBERS, values[name])
                 for name in _COGNITO if not is_empty(values.get(name))]
    listed = groups if isinstance(groups, Unresolved) else comma_list(str(groups))
    request["MemberDefinitions"] = [{"OidcMemberDefinition": {"Groups": listed}}]
    return Built(requests, tuple(problems), {_MEMBERS: "oidc_groups"})


def _cognito_members(values: Mapping[str, Any]) -> Any:
    pool, groups, client = (values.get(name) for name in _COGNITO)
    if isinstance(groups, Unresolved):
        return groups
    return [{"CognitoMemberDefinition": {"UserPool": pool, "UserGroup": group, "ClientId": client}}
            for group in comma_list(groups or "")]


def collect(ended: Ended) -> Collected:
    """Outputs out of what DescribeWorkteam says of the team."""
    described = ended.described
    arn = described.get("WorkteamArn", "")
    groups: list[str] = []
    for member in described.get("MemberDefinitions") or []:
        cognito, oidc = member.get("CognitoMemberDefinition") or {}, member.get("OidcMemberDefinition") or {}
        groups += [cognito["UserGroup"]] if cognito.get("UserGroup") else oidc.get("Groups") or []
    figures = {"Groups": ", ".join(f"`{group}`" for group in groups)}
    if described.get("SubDomain"):
        figures["Portal of the workers"] = f"https://{described['SubDomain']}"
    return Collected(parameters={"workteam_arn": arn, "arn": arn}, figures=figures)


WORKTEAM_FACE = Face(
    id="v1/workteam",
    display_name="SageMaker - Private Workforce",
    description="Creates a private work team for Ground Truth.",
    resources=(WORKTEAM,),
    operations=(_OPERATION,),
    inputs=INPUTS,
    outputs=(
        Output("workteam_arn", OutputType.STRING, "ARN of the work team."),
        Output("arn", OutputType.STRING, "ARN of the work team, under the name that all components give it."),
        CARD,
    ),
    build=build,
    collect=collect,
    lifecycle=Lifecycle.EXISTING_CUSTOMERS_ONLY,
)
