"""``kfp-sagemaker convert`` and ``check``: files, folders, standard input; what is written, and the exit status."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from golden import ir
from kfp_sagemaker_converter.cli.check import check
from kfp_sagemaker_converter.cli.convert import convert
from small_pipelines import as_yaml, container, pipeline, step

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
CONFIGURATION = f"""
version: 1
role: arn:aws:iam::123456789012:role/jobs
region: eu-west-1
bucket: team-pipelines
launcher_image: {ECR}/kfp-sagemaker:1
images: {{"python:3.11": "{ECR}/python:3.11"}}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, given: bytes | str | None = None) -> Result:
    return CliRunner().invoke(convert, arguments, input=given)


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


ALL_FILES = {
    "pipeline.yaml", "report.json", "report.md", "images.txt", "TODO.md", "iam/pod.json", "iam/job.json", "iam/job-trust.json",
}  # fmt: skip


def test_an_exact_conversion_exits_with_0_and_leaves_nothing_to_do(here: Path) -> None:
    (here / "pipeline.yaml").write_text(as_yaml(pipeline()))
    (here / "kfp-sagemaker.yaml").write_text(CONFIGURATION)
    result = run("pipeline.yaml", "-o", "out")
    assert result.exit_code == 0, result.output
    assert files_in(here / "out") == ALL_FILES
    assert (here / "out" / "TODO.md").read_text() == ""
    assert (here / "out" / "images.txt").read_text() == ""
    assert json.loads((here / "out" / "report.json").read_text())["exit_status"] == 0
    assert "1 step moved" in result.output


def test_what_needs_review_exits_with_1_and_says_what_is_to_be_done(here: Path) -> None:
    (here / "pipeline.yaml").write_text(as_yaml(pipeline()))
    result = run("pipeline.yaml", "-o", "out")
    assert result.exit_code == 1
    assert "parameter sagemaker_role" in (here / "out" / "TODO.md").read_text()
    images = (here / "out" / "images.txt").read_text().splitlines()
    assert images[1:] == ["# python:3.11\tACCOUNT.dkr.ecr.REGION.amazonaws.com/python:3.11"]
    assert images[0].startswith("# Name the registry")


def test_what_is_refused_exits_with_2_and_writes_nothing(here: Path) -> None:
    (here / "pipeline.yaml").write_text("kind: PipelineRun\napiVersion: tekton.dev/v1\n")
    result = run("pipeline.yaml", "-o", "out")
    assert result.exit_code == 2
    assert "KSC106" in result.output
    assert not (here / "out").exists()


def test_several_files_get_a_folder_each(here: Path) -> None:
    for folder in ("a", "b"):
        (here / folder).mkdir()
        (here / folder / "train.yaml").write_text(as_yaml(pipeline()))
    result = run("a/train.yaml", "b/train.yaml", "a/train.yaml", "-o", "out")
    assert result.exit_code == 1
    assert {path.name for path in (here / "out").iterdir()} == {"train", "train-2"}


def test_of_a_folder_what_is_no_pipeline_is_left_out(here: Path) -> None:
    source = here / "pipelines"
    (source / "more").mkdir(parents=True)
    (source / ".git").mkdir()
    (source / "more" / "one.json").write_text(json.dumps(pipeline()))
    (source / "settings.yaml").write_text("a: 1\n")
    (source / "helper.py").write_text("import os\n")
    (source / "notes.txt").write_text("x")
    (source / ".git" / "two.yaml").write_text(as_yaml(pipeline()))
    (source / "run.yaml").write_text("kind: PipelineRun\napiVersion: tekton.dev/v1\n")
    result = run("pipelines", "-o", "out")
    assert result.exit_code == 2
    assert {path.name for path in (here / "out").iterdir()} == {"more-one"}
    assert "run.yaml" in result.output
    assert "settings.yaml" not in result.output
    assert "notes.txt" not in result.output


def test_a_folder_without_any_is_an_error(here: Path) -> None:
    (here / "empty").mkdir()
    result = run("empty", "-o", "out")
    assert result.exit_code == 2
    assert "no file that could be a pipeline" in result.output


def test_standard_input(here: Path) -> None:
    assert run("-", "-o", "out", given=as_yaml(pipeline())).exit_code == 1
    assert yaml.safe_load((here / "out" / "pipeline.yaml").read_text())["pipelineInfo"]["name"] == "small"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("missing.yaml", None, "KSC105"),
        ("zipped.yaml", b"PK\x03\x04\xff\xfe", "KSC104"),
        ("text.yaml", b"a: {{ b }}", "KSC101"),
    ],
)
def test_what_cannot_be_read(here: Path, name: str, content: bytes | None, code: str) -> None:
    if content is not None:
        (here / name).write_bytes(content)
    result = run(name, "-o", "out")
    assert result.exit_code == 2
    assert f"{name}" in result.output
    assert code in result.output


def test_source_is_compiled_with_a_word_about_it_and_has_lines_of_its_own(here: Path) -> None:
    source = ["from kfp import dsl", "", "", "@dsl.component(base_image='python:3.11')"]
    source += ["def make(data: dsl.Output[dsl.Dataset]):", "    pass", "", ""]
    source += ["@dsl.pipeline(name='p')", "def p():", "    make()", ""]
    (here / "source.py").write_text("\n".join(source))
    result = run("source.py", "-o", "out")
    assert result.exit_code == 1, result.output
    assert "compiling it runs its code" in result.output
    report = json.loads((here / "out" / "report.json").read_text())
    assert report["steps"][0]["location"] == {"file": "source.py", "line": 11}


def test_check_writes_nothing_and_exits_alike(here: Path) -> None:
    (here / "pipeline.yaml").write_text(as_yaml(pipeline()))
    before = files_in(here)
    result = CliRunner().invoke(check, ["pipeline.yaml"])
    assert result.exit_code == 1
    assert files_in(here) == before
    as_json = CliRunner().invoke(check, ["pipeline.yaml", "--json"])
    assert json.loads(as_json.stdout)["pipeline"] == "small"


def test_which_steps(here: Path) -> None:
    (here / "pipeline.yaml").write_text(ir("branches"))
    for options, moved in (((), 2), (("--all",), 6), (("--only", "train"), 1), (("--all", "--keep", "say*"), 3)):
        report = json.loads(CliRunner().invoke(check, ["pipeline.yaml", "--json", *options]).stdout)
        assert [step["outcome"] for step in report["steps"]].count("moved") == moved, options
    wrong = CliRunner().invoke(check, ["pipeline.yaml", "--only", "trian"])
    assert wrong.exit_code == 2
    assert "KSC309" in wrong.output


def test_a_wrong_configuration_stops_everything(here: Path) -> None:
    (here / "pipeline.yaml").write_text(as_yaml(pipeline()))
    (here / "other.yaml").write_text("rolle: x\nbucket: UPPER\n")
    result = run("pipeline.yaml", "-o", "out", "--config", "other.yaml")
    assert result.exit_code == 2
    assert "rolle" in result.output
    assert "bucket" in result.output
    assert not (here / "out").exists()


def test_names_cannot_lead_out_of_the_output_folder(here: Path) -> None:
    (here / "in").mkdir()
    hostile = pipeline(
        components={"comp-../../x": step("x", label="exec-../../x")},
        executors={"exec-../../x": container(image="../../etc/passwd")},
        tasks={"../../x": {"componentRef": {"name": "comp-../../x"}}},
        pipelineInfo={"name": "../../../x"},
    )
    (here / "in" / "evil .. $(touch x);.yaml").write_text(as_yaml(hostile))
    (here / "in" / "b.yaml").write_text(as_yaml(pipeline()))
    assert run("in", "-o", "out").exit_code == 1
    assert {path.name for path in here.iterdir()} == {"in", "out"}
    assert {path.name for path in (here / "out").iterdir()} == {"evil-..-touch-x", "b"}


def test_what_cannot_be_written_leaves_what_was_there(here: Path) -> None:
    (here / "pipeline.yaml").write_text(as_yaml(pipeline()))
    (here / "out").mkdir()
    (here / "out" / "iam").write_text("a file where a folder should be")
    (here / "out" / "pipeline.yaml").write_text("as it was")
    result = run("pipeline.yaml", "-o", "out")
    assert result.exit_code == 2
    assert "cannot be written" in result.output
    assert (here / "out" / "pipeline.yaml").read_text() == "as it was"
    assert files_in(here / "out") == {"iam", "pipeline.yaml"}


def test_python_is_compiled_and_written(here: Path) -> None:
    (here / "pipeline.yaml").write_text(ir("branches"))
    result = run("pipeline.yaml", "-o", "out", "--python")
    assert result.exit_code == 1, result.output
    assert "with dsl.Elif(" in (here / "out" / "pipeline.py").read_text()
    assert "KSC72" not in result.output


def test_without_words_for_a_pipeline_python_is_not_written_and_the_rest_is(here: Path) -> None:
    parameters = {"a-b": {"parameterType": "STRING"}}
    root = {"inputDefinitions": {"parameters": parameters}, "dag": pipeline()["root"]["dag"]}
    (here / "pipeline.yaml").write_text(as_yaml(pipeline(root=root)))
    (here / "kfp-sagemaker.yaml").write_text(CONFIGURATION)
    result = run("pipeline.yaml", "-o", "out", "--python")
    assert result.exit_code == 1, result.output
    assert "KSC720" in result.output
    assert files_in(here / "out") == ALL_FILES
    assert "KSC720" in (here / "out" / "TODO.md").read_text()


PRINT = "name: Print\nimplementation: {container: {image: busybox, command: [echo]}}\n"
GRAPH = """\
name: Graph
implementation:
  graph:
    tasks:
      print: {componentRef: {url: "https://example.com/print.yaml", digest: DIGEST}}
"""


@pytest.mark.parametrize("how", ["both files", "a folder", "the configuration"])
def test_a_graph_finds_its_components_among_what_is_given(here: Path, how: str) -> None:
    (here / "given").mkdir()
    (here / "given" / "graph.yaml").write_text(GRAPH.replace("DIGEST", hashlib.sha256(PRINT.encode()).hexdigest()))
    part = here / "given" / "print.yaml"
    if how == "the configuration":
        part = here / "part.yaml"
        (here / "kfp-sagemaker.yaml").write_text("components: {https://example.com/print.yaml: part.yaml}\n")
    part.write_text(PRINT)
    given = {"both files": ["given/graph.yaml", str(part)], "a folder": ["given"]}.get(how, ["given/graph.yaml"])
    result = run(*given, "-o", "out")
    assert result.exit_code == 1, result.output
    assert ["KSC231" in path.read_text() for path in (here / "out").rglob("report.json")].count(True) == 1


def test_and_is_refused_without_them(here: Path) -> None:
    (here / "graph.yaml").write_text(GRAPH.replace("DIGEST", "ab" * 32))
    (here / "print.yaml").write_text(PRINT)
    result = run("graph.yaml", "-o", "out")
    assert result.exit_code == 2
    assert "give its file too, which has the SHA-256 abab" in result.output
