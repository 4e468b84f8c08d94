"""Each construct of KFP 2, in each format that can be given, converted by the command: it is in the output, with all its
steps, and the output is the same bytes whatever it was wrapped in, but for what the wrapping itself says.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from compile_here import compiled_here
from constructs import CONSTRUCTS, Output, Words
from golden import DATA, unpacked
from kfp_sagemaker_converter.cli import run
from kfp_sagemaker_converter.cli.convert import convert
from small_pipelines import as_json, as_yaml

SOURCE = DATA / "source" / "constructs.py"
CONFIGURATION = "{role: 'arn:aws:iam::123456789012:role/jobs', region: eu-west-1, bucket: team, launcher_image: 'launcher:1'}"


@dataclass(frozen=True)
class Format:
    """How a pipeline and its platform document are written into a file; ``platforms`` is whether both have a place in it."""

    suffix: str
    platforms: bool
    write: Callable[[Words, Words], str]


FORMATS = {
    "IR YAML": Format(".yaml", False, lambda ir, _: as_yaml(ir)),
    "IR JSON": Format(".json", False, lambda ir, _: as_json(ir)),
    "YAML with platform document": Format(".yaml", True, lambda ir, platforms: as_yaml(ir, platforms)),
    "PipelineVersion": Format(".yaml", True, lambda ir, platforms: as_yaml({
        "apiVersion": "pipelines.kubeflow.org/v2beta1", "kind": "PipelineVersion", "metadata": {"name": "first"},
        "spec": {"displayName": "First", "pipelineSpec": ir, "platformSpec": platforms}})),
    "Vertex AI job": Format(".json", False, lambda ir, _: as_json({
        "displayName": "job", "pipelineSpec": ir, "runtimeConfig": {"gcsOutputDirectory": "gs://bucket/root"}})),
}  # fmt: skip
#: What a file says of the whole pipeline that has a platform document and whose construct needs none.
SAYS = {"platforms": {"kubernetes": {"pipelineConfig": {"workspace": {"size": "1Gi"}}}}}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Words]]:
    """The documents of each construct as the installed kfp compiles it."""
    copy = tmp_path_factory.mktemp("source") / SOURCE.name
    copy.write_text(SOURCE.read_text(encoding="utf-8"), encoding="utf-8")
    return {name: list(yaml.safe_load_all(compiled_here(copy, name, SOURCE.name).text)) for name in CONSTRUCTS}


@pytest.fixture(scope="module")
def plain(compiled: dict[str, list[Words]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Output]:
    """Each construct converted from bare IR, with its platform document where it has one."""
    folder = tmp_path_factory.mktemp("plain")
    return {name: converted(folder / name, as_yaml(*documents)) for name, documents in compiled.items()}


def converted(folder: Path, text: str, suffix: str = ".yaml", *options: str) -> Output:
    """What the command makes of a file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"given{suffix}").write_text(text, encoding="utf-8")
    (folder / "settings.yaml").write_text(CONFIGURATION, encoding="utf-8")
    arguments = [str(folder / f"given{suffix}"), "-o", str(folder / "out"), "--all", "--config", str(folder / "settings.yaml")]
    result = CliRunner().invoke(convert, [*arguments, *options])
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert result.exit_code in (0, 1), result.output
    written = (folder / "out" / "pipeline.yaml").read_text(encoding="utf-8")
    ir, *more = (unpacked(document) for document in yaml.safe_load_all(written))
    outcomes = [one["outcome"] for one in json.loads((folder / "out" / "report.json").read_text())["steps"]]
    platforms = more[0]["platforms"] if more else {}
    return Output(written, ir, platforms, (outcomes.count("moved"), outcomes.count("kept")))


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_the_construct_is_in_the_output_with_all_its_steps(plain: dict[str, Output], name: str) -> None:
    construct, output = CONSTRUCTS[name], plain[name]
    assert construct.find(output) == construct.found
    assert output.steps == (construct.moved, construct.kept)
    assert len(output.ir["deploymentSpec"]["executors"]) == construct.moved + construct.kept


@pytest.mark.parametrize("wrapping", FORMATS)
@pytest.mark.parametrize("name", CONSTRUCTS)
def test_the_output_is_the_same_whatever_it_was_wrapped_in(
    compiled: dict[str, list[Words]], plain: dict[str, Output], tmp_path: Path, name: str, wrapping: str
) -> None:
    ir, *own = compiled[name]
    into = FORMATS[wrapping]
    output = converted(tmp_path, into.write(ir, *(own or [SAYS])), into.suffix)
    if own and not into.platforms:  # one document, so the construct's own is not in it
        assert output.text == converted(tmp_path, as_yaml(ir)).text
    elif into.platforms and not own:
        assert output.text == f"{plain[name].text}---\n{as_yaml(SAYS)}"
    else:
        assert output.text == plain[name].text


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_from_source_it_is_the_same(
    plain: dict[str, Output], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setattr(run, "compiled", compiled_here)
    assert converted(tmp_path, SOURCE.read_text(), ".py", "--function", name).text == plain[name].text


@pytest.mark.parametrize("name", ["if_elif_else", "kubernetes_document"])
def test_and_when_a_process_of_its_own_compiles_it(plain: dict[str, Output], tmp_path: Path, name: str) -> None:
    assert converted(tmp_path, SOURCE.read_text(), ".py", "--function", name).text == plain[name].text
