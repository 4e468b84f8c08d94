"""What the component image holds, and how its entry point starts. Not here: a whole step in it (test_step_in_image)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from docker_engine import CHECKOUT, ComponentImage

ADDED_TO_BASE = 80_000_000
"""Bytes that the image may have more than its base. They are 52 MB, most of them botocore."""

LOADED_BY_A_REFUSAL = """
import json, runpy, sys
sys.argv = ["kfp_sagemaker", "v1/train", "--executor-input", "{}"]
try:
    runpy.run_module("kfp_sagemaker", run_name="__main__", alter_sys=True)
except SystemExit as ended:
    print(json.dumps({"status": ended.code, "modules": sorted({name.partition(".")[0] for name in sys.modules})}))
"""


def test_it_adds_little_to_its_base(image: ComponentImage) -> None:
    assert image.size(image.tag) - image.size(image.base) < ADDED_TO_BASE


def test_it_says_what_it_is(image: ComponentImage) -> None:
    given = json.loads(image.engine.docker("image", "inspect", "--format", "{{json .Config.Labels}}", image.tag))
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in given.items()}
    version = image.run("python3", "-c", "import importlib.metadata as m; print(m.version('kfp-sagemaker'))").stdout.strip()
    assert (labels["title"], labels["licenses"], labels["version"]) == ("kfp-sagemaker", "Apache-2.0", version)
    known = image.engine.run("git", "-C", str(CHECKOUT), "cat-file", "-t", labels["revision"])
    assert known.stdout == "commit\n" or labels["revision"] == "unknown"


def test_its_user_is_a_number_that_may_not_write_the_program(image: ComponentImage) -> None:
    ended = image.run("sh", "-c", "id -u; touch /opt/kfp-sagemaker/written && echo written")
    assert (ended.stdout.split(), "Permission denied" in ended.stderr) == (["65532"], True)


@pytest.mark.parametrize("module", ["kfp", "moto", "docker", "kubernetes", "pip"])
def test_what_no_step_needs_is_not_in_it(image: ComponentImage, module: str) -> None:
    ended = image.run("python3", "-c", f"import importlib.util as u; print(u.find_spec({module!r}))")
    assert ended.stdout == "None\n", ended.stderr


def test_the_services_of_a_step_are_in_it(image: ComponentImage) -> None:
    services = ["sagemaker", "sagemaker-runtime", "logs", "sts", "s3", "resourcegroupstaggingapi"]
    program = "import boto3, sys; print(*(boto3.client(s, region_name='us-east-1').meta.endpoint_url for s in sys.argv[1:]))"
    ended = image.run("python3", "-c", program, *services)
    assert len(ended.stdout.split()) == len(services), ended.stderr


def test_a_start_compiles_nothing(image: ComponentImage) -> None:
    """The image's user cannot write byte code: what one start compiles, every start compiles."""
    modules = "boto3, kfp_sagemaker.entrypoint, kfp_sagemaker.faces.registry, kfp_sagemaker.lifecycle.run"
    modules += ", kfp_sagemaker.backends.boto3.backend, kfp_sagemaker.backends.ack.backend"
    start = f"import {modules}; boto3.client('sagemaker', region_name='us-east-1')"
    ended = image.run("python3", "-v", "-c", start)
    origins = [line.split("'")[1] for line in ended.stderr.splitlines() if line.startswith("# code object from '")]
    assert ended.returncode == 0
    assert len(origins) > 100
    assert [origin for origin in origins if not origin.endswith(".pyc")] == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["v1/nonsense", "--executor-input", "{}"], "v1/nonsense"),
        (["v1/train", "--executor-input", "{"], "--executor-input"),
        (["v1/train", "--executor-input", "[]"], "--executor-input"),
        (["v1/train", "--executor-input", "{}"], "role"),
        (["v1/train"], "--executor-input"),
        ([], "--executor-input"),
    ],
)
def test_the_entry_point_refuses_in_words(image: ComponentImage, arguments: list[str], named: str) -> None:
    ended = image.run("python3", "-m", "kfp_sagemaker", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert named in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_entry_point_loads_neither_click_nor_kfp(image: ComponentImage) -> None:
    answer = json.loads(image.run("python3", "-c", LOADED_BY_A_REFUSAL).stdout.splitlines()[-1])
    assert answer["status"] == 2
    assert {"click", "rich", "kfp"}.isdisjoint(answer["modules"])


def test_a_build_without_wheels_says_how_to_make_them(image: ComponentImage, tmp_path: Path) -> None:
    """As in a fresh clone, by hand."""
    for name in ("Dockerfile", ".dockerignore", "LICENSE"):
        shutil.copy(CHECKOUT / name, tmp_path)
    ended = image.engine.run("docker", "build", "--force-rm", "--build-arg", f"BASE={image.base}", str(tmp_path))
    assert ended.returncode != 0
    assert "There are no wheels in dist/wheelhouse" in ended.stderr
    assert "scripts/build-image REPO:TAG" in ended.stderr
