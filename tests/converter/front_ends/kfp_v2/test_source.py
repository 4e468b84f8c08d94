"""DSL source is compiled apart: without credentials, within its time, with what it says when it fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from kfp_sagemaker_converter.diagnostics import Refused
from kfp_sagemaker_converter.front_ends.kfp_v2.source import compiled
from waiting import is_running, until

SOURCE = '''
import os
from kfp import dsl

@dsl.component
def look() -> str:
    return "x"

@dsl.pipeline(name="seen")
def seen(names: str = "of\\n" + " ".join(sorted(os.environ)), home: str = str(os.listdir(os.path.expanduser("~")))):
    look()
'''


def test_compiling_sees_no_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "GOOGLE_APPLICATION_X", "KUBECONFIG"):
        monkeypatch.setenv(name, "secret")
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / "a-file-of-the-users").touch()
    monkeypatch.setenv("HOME", str(home))
    path = tmp_path / "seen.py"
    path.write_text(SOURCE)
    made = compiled(path)
    text, ran = made.text, made.ran
    assert ran.code == "KSC111"
    assert "name: seen" in text
    assert "PATH" in text
    assert "home:\n        defaultValue: '[" in text, "a folder was listed"
    assert "a-file-of-the-users" not in text
    assert ".aws" not in text
    assert not any(word in text for word in ("ACCESS_KEY", "AWS_PROFILE", "TOKEN_FILE", "GOOGLE_APPLICATION", "KUBECONFIG"))
    assert not (tmp_path / "__pycache__").exists()


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("import kfp\nimport no_such_module\n", 2, "No module named 'no_such_module'"),
        ("from kfp import dsl\nx = 1\n", 0, "it has no pipeline and no component"),
        ("import sys\nprint('Error: of mine}')\nsys.exit(0)\n", 3, "it ends the program (exit status 0)"),
        ("class Odd(Exception):\n    pass\ndef f():\n    raise Odd('a\\nb\\n}')\n\nf()\n", 4, "compile: broken.Odd: a b }."),
        ("assert print('a') is None\nassert 0\n", 2, "compile: AssertionError."),
        ("import os\nprint('last', flush=True)\nos._exit(3)\n", 0, "ended with exit status 3, and said last: last."),
    ],
)
def test_what_does_not_compile_is_refused(tmp_path: Path, source: str, line: int, words: str) -> None:
    path = tmp_path / "broken.py"
    path.write_text(source)
    with pytest.raises(Refused) as refused:
        compiled(path)
    (found,) = refused.value.diagnostics
    assert (found.code, found.location.line) == ("KSC112", line)
    assert words in found.sentence


HEAD = "import kfp\nfrom kfp.dsl import component, pipeline\n"
COMPONENT = """
@component(base_image="python:3.11", install_kfp_package=False)
def {name}(text: str) -> str:
    return text
"""
PIPELINES = """
@kfp.dsl.pipeline
def inner():
    echo(text="a")

@pipeline(name="The Outer One")
def outer():
    inner()
"""
SEVERAL = HEAD + COMPONENT.format(name="echo") + PIPELINES
NO_PIPELINE = HEAD + COMPONENT.format(name="first") + COMPONENT.format(name="echo")


@pytest.mark.parametrize(
    ("source", "function", "sentence", "fix"),
    [
        (SEVERAL, "", "This source has several to convert: inner, outer.", "Say which one: --function outer."),
        (SEVERAL, "x", "This source has no pipeline function x; it has inner, outer.",
         "Give one of them, as --function outer."),
        (NO_PIPELINE, "", "This source has several to convert: first, echo.", "Say which one: --function echo."),
    ],
)
def test_of_several_pipelines_one_has_to_be_picked(
    tmp_path: Path, source: str, function: str, sentence: str, fix: str
) -> None:
    path = tmp_path / "several.py"
    path.write_text(source)
    with pytest.raises(Refused) as refused:
        compiled(path, function)
    (found,) = refused.value.diagnostics
    assert (found.code, found.sentence, found.fix) == ("KSC114", sentence, fix)


def test_a_pipeline_is_named_as_the_file_names_it(tmp_path: Path) -> None:
    """Whatever its decorator is called there, or whether it has one."""
    path = tmp_path / "aliases.py"
    path.write_text(f"""{SEVERAL}
from kfp.dsl import pipeline as flow

@flow
def other():
    echo(text="b")

again = pipeline(lambda: echo(text="c") and None, name="Again") if False else outer
""")
    with pytest.raises(Refused) as refused:
        compiled(path)
    (found,) = refused.value.diagnostics
    assert found.sentence == "This source has several to convert: inner, outer, other, again."


def test_files_beside_the_source_are_for_the_source(tmp_path: Path) -> None:
    """kfp imports yaml and click; only the source's own imports are looked for beside it."""
    for name in ("yaml", "click", "json"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('not for kfp')\n")
    (tmp_path / "beside.py").write_text("NAME = 'from-beside'\n")
    path = tmp_path / "with_helpers.py"
    path.write_text(f"""import beside
{HEAD}{COMPONENT.format(name="echo")}
@pipeline(name=beside.NAME)
def one():
    echo(text="a")
""")
    assert "name: from-beside" in compiled(path).text


def test_it_ends_with_its_children_when_its_time_is_up(tmp_path: Path) -> None:
    path = tmp_path / "endless.py"
    path.write_text("import subprocess\nsubprocess.run(['sleep', '1000'])\n")
    with pytest.raises(Refused) as refused:
        compiled(path, longest=0.5)
    assert refused.value.diagnostics[0].code == "KSC113"


@pytest.mark.parametrize("session", ["False", "True"])
@pytest.mark.parametrize("end", ["", "import os; os._exit(3)"])
def test_what_it_started_ends_with_it(tmp_path: Path, session: str, end: str) -> None:
    """In whatever session it is."""
    path, started = tmp_path / "starts.py", tmp_path / "started"
    path.write_text(f"""import subprocess
child = subprocess.Popen(['sleep', '1000'], start_new_session={session})
open({str(started)!r}, 'w').write(str(child.pid))
{end}
""")
    with pytest.raises(Refused):
        compiled(path)
    until(lambda: not is_running(int(started.read_text())))
