"""Folders that were written to before: by a conversion, whose files are replaced, or by a person, whose files stay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from kfp_sagemaker_converter.cli.convert import convert
from small_pipelines import as_yaml, container, pipeline, step, task

SOURCE = """from kfp import dsl
@dsl.component(base_image="python:3.11", install_kfp_package=False)
def {name}(text: str) -> str:
    return text
"""
PIPELINE = """
@dsl.pipeline
def flow():
    {name}(text="a")
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a pipeline, ``p.yaml``."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(as_yaml(pipeline()))
    return tmp_path


def run(*arguments: str, status: int = 1) -> Result:
    result = CliRunner().invoke(convert, [*arguments])
    assert result.exit_code == status, result.output
    return result


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_what_there_is_no_more_goes(here: Path) -> None:
    run("p.yaml", "-o", "out", "--python")
    before = files_in(here / "out")
    assert {"pipeline.py", "iam", "iam/job.json"} <= before
    run("p.yaml", "-o", "out", "--keep", "train")
    assert before - files_in(here / "out") == {"pipeline.py", "iam", "iam/job.json", "iam/pod.json", "iam/job-trust.json"}


def test_the_report_names_the_files_that_are_written(here: Path) -> None:
    run("p.yaml", "-o", "out", "--python")
    files = json.loads((here / "out" / "report.json").read_text())["files"]
    assert files == sorted(name for name in files_in(here / "out") if name != "iam")


def test_what_is_converted_does_not_go(here: Path) -> None:
    run("p.yaml", "-o", "out", "--python")
    (here / "out" / "pipeline.py").write_text(SOURCE.format(name="say") + PIPELINE.format(name="say"))
    said = run("out/pipeline.py", "-o", "out", "--all", status=2).output
    assert "pipeline.py: cannot be written: it is the file that is converted; choose another folder" in said
    assert "def say" in (here / "out" / "pipeline.py").read_text()


def test_a_folder_in_place_of_a_file_that_goes_is_left(here: Path) -> None:
    run("p.yaml", "-o", "out", "--python")
    (here / "out" / "pipeline.py").unlink()
    (here / "out" / "pipeline.py").mkdir()
    run("p.yaml", "-o", "out")
    assert (here / "out" / "pipeline.py").is_dir()


def test_beside_what_was_converted_a_folder_is_searched(here: Path) -> None:
    (here / "given" / "team").mkdir(parents=True)
    (here / "given" / "team" / "flow.yaml").write_text(as_yaml(pipeline()))
    run("given/team/flow.yaml", "-o", "given/team")
    said = run("given", "-o", "out").output
    assert "given/team/flow.yaml: small" in said
    assert "given/team/pipeline.yaml" not in said


@pytest.mark.parametrize("name", ["TODO.md", "pipeline.yaml", "images.txt"])
def test_a_persons_file_is_not_overwritten(here: Path, name: str) -> None:
    (here / "out").mkdir()
    (here / "out" / name).write_text("mine")
    said = run("p.yaml", "-o", "out", status=2).output
    assert f"out: cannot be written: the folder has {name} of no earlier conversion; choose another folder" in said
    assert files_in(here / "out") == {name}
    assert (here / "out" / name).read_text() == "mine"


@pytest.mark.parametrize(
    "report",
    ['{"files": ["../p.yaml", "mine.txt", "/etc/hosts", "iam/../../p.yaml", 3]}', '{"files": 3}', "[" * 100_000, "[]"],
)
def test_a_report_of_somebody_elses_makes_no_file_ours(here: Path, report: str) -> None:
    (here / "out").mkdir()
    (here / "out" / "mine.txt").write_text("mine")
    (here / "out" / "report.json").write_text(report)
    run("p.yaml", "-o", "out", status=2)
    assert files_in(here / "out") == {"mine.txt", "report.json"}
    assert (here / "p.yaml").exists()


def test_of_a_folder_only_what_a_person_wrote_is_converted(here: Path) -> None:
    for folder, name in (("work", "pipeline"), ("env", "x"), ("env/lib/site-packages", "y"), ("work/node_modules", "z")):
        (here / "given" / folder).mkdir(parents=True, exist_ok=True)
        (here / "given" / folder / f"{name}.yaml").write_text(as_yaml(pipeline()))
    (here / "given" / "env" / "pyvenv.cfg").touch()
    for _ in range(2):
        run("given", "-o", "given/out")
        assert files_in(here / "given" / "out") >= {"report.json", "pipeline.yaml"}, "there is one pipeline"


def test_of_a_folder_source_without_a_pipeline_is_left_out(here: Path) -> None:
    (here / "given").mkdir()
    two = SOURCE.format(name="first") + SOURCE.format(name="second").partition("\n")[2]
    (here / "given" / "steps.py").write_text(two)
    (here / "given" / "helpers.py").write_text("from kfp import dsl\n")
    flow = "from steps import first\nfrom kfp import dsl\n" + PIPELINE.format(name="first")
    (here / "given" / "flow.py").write_text(flow)
    said = run("given", "-o", "out", "--all").output
    assert "given/steps.py has no pipeline, and is left out." in said
    assert "given/helpers.py has no pipeline, and is left out." in said
    assert "KSC11" not in said.replace("KSC111", "")
    assert "pipeline.yaml" in files_in(here / "out"), "there is one"
    assert "KSC114" in run("given/steps.py", "-o", "two", status=2).output


def test_source_goes_by_any_name(here: Path) -> None:
    (here / "pipeline.txt").write_text(SOURCE.format(name="say") + PIPELINE.format(name="say"))
    said = run("pipeline.txt", "-o", "out", "--all").output
    assert "pipeline.txt: flow, KFP 2 DSL source" in said


def test_images_of_one_name_at_two_hosts_are_two_copies(here: Path) -> None:
    hosts = ("quay.io", "ghcr.io")
    components = {f"comp-{host}": step(host) for host in hosts}
    executors = {f"exec-{host}": container(f"{host}/team/train:1") for host in hosts}
    (here / "p.yaml").write_text(as_yaml(pipeline(components, executors, {host: task(host) for host in hosts})))
    (here / "c.yaml").write_text("version: 1\nregistry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror\n")
    run("p.yaml", "-o", "out", "--config", "c.yaml")
    targets = [line.split("\t")[1] for line in (here / "out" / "images.txt").read_text().splitlines()]
    assert len(set(targets)) == 2, targets
