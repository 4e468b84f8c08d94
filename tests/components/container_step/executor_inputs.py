"""Executor inputs as KFP's launcher passes them, for the tests of the container step."""

from __future__ import annotations

from typing import Any

ROOT = "s3://artifacts/v2/artifacts/pipe/5b3f0a3e-3a86-4a52-8d4b-7f7e1f0a9b11/train/7d1f9c2e-8f43-4a06-9a7b-0c9a4f2f5d10"
RUN_ID = "5b3f0a3e-3a86-4a52-8d4b-7f7e1f0a9b11"
SALT = "7d1f9c2e-8f43-4a06-9a7b-0c9a4f2f5d10"
LOCAL_ROOT = f"/s3/{ROOT.removeprefix('s3://')}"
ROLE = "arn:aws:iam::123456789012:role/jobs"


def artifact(name: str, uri: str, schema: str = "system.Dataset", **more: Any) -> dict[str, Any]:
    return {"name": name, "uri": uri, "type": {"schemaTitle": schema, "schemaVersion": "0.0.1"}, "metadata": {}, **more}


def executor_input(
    parameters: dict[str, Any] | None = None,
    artifacts: dict[str, Any] | None = None,
    outputs: tuple[str, ...] = (),
    output_artifacts: tuple[str, ...] = (),
    root: str = ROOT,
    output_file: str | None = None,
) -> dict[str, Any]:
    """``artifacts`` are URIs, lists of URIs or whole artifacts by name."""
    given = {}
    for name, value in (artifacts or {}).items():
        listed = value if isinstance(value, list) else [value]
        given[name] = {"artifacts": [artifact(name, each) if isinstance(each, str) else each for each in listed]}
    return {
        "inputs": {"parameterValues": dict(parameters or {}), "artifacts": given},
        "outputs": {
            "parameters": {name: {"outputFile": f"/tmp/kfp/outputs/{name}"} for name in outputs},
            "artifacts": {name: {"artifacts": [artifact(name, f"{root}/{name}")]} for name in output_artifacts},
            "outputFile": f"/s3/{root.removeprefix('s3://')}/executor_output.json" if output_file is None else output_file,
        },
    }
