"""The Markdown card of a step: status, figures and links to the consoles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kfp_sagemaker.resources.resource import Resource

#: Console hosts by partition, https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html.
_CONSOLES = {
    "aws": "{region}.console.aws.amazon.com",
    "aws-cn": "{region}.console.amazonaws.cn",
    "aws-us-gov": "{region}.console.amazonaws-us-gov.com",
}


def console_link(resource: Resource, arn: str) -> str:
    """URL of a resource's page in the console of its partition; empty where there is no such page, or no known console."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[1] not in _CONSOLES or not resource.console_page:
        return ""
    region, name = parts[3], parts[5].rpartition("/")[2]
    host = f"https://{_CONSOLES[parts[1]].format(region=region)}"
    return f"{host}/sagemaker/{resource.console}?region={region}#/{resource.console_page}/{name}"


def logs_link(resource: Resource, arn: str) -> str:
    """URL of a job's log streams in the CloudWatch console; empty when there are none or no known console."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[1] not in _CONSOLES or resource.log_group is None:
        return ""
    region, name = parts[3], parts[5].partition("/")[2]
    group = resource.log_group.replace("/", "$252F")
    host = _CONSOLES[parts[1]].format(region=region)
    return f"https://{host}/cloudwatch/home?region={region}#logsV2:log-groups/log-group/{group}$3FlogStreamNameFilter$3D{name}"


def card(
    title: str, status: str, arn: str, figures: Mapping[str, str], links: Mapping[str, str], body: str = ""
) -> str:
    """Markdown text: a heading, a table, links, then ``body``."""
    rows = {"Status": status, **({"ARN": f"`{arn}`"} if arn else {}), **figures}
    lines = [f"# {_cell(title)}", "", "| | |", "|---|---|"]
    lines += [f"| {_cell(name)} | {_cell(value)} |" for name, value in rows.items()]
    shown = [f"[{name}]({url})" for name, url in links.items() if url]
    if shown:
        lines += ["", " · ".join(shown)]
    if body:
        lines += ["", body.rstrip("\n")]
    return "\n".join(lines) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def duration(seconds: float) -> str:
    """``seconds`` as people say them: ``45 s``, ``12 min 5 s``, ``3 h 2 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
