"""The script that a job starts hands the command to the program unchanged. It is run here, by every shell that is there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kfp_sagemaker.container_step.command import Command, resolved_command
from kfp_sagemaker.container_step.layout import Layout, lay_out
from kfp_sagemaker.container_step.placeholders import Filling
from kfp_sagemaker.container_step.script import script_text
from kfp_sagemaker.container_step.step_spec import Secret, SecretPolicy, StepSpec, UriMode
from kfp_sagemaker.errors import InvalidInput

from .executor_inputs import LOCAL_ROOT, executor_input

SHELLS = [[name] for name in ("sh", "bash") if shutil.which(name)]
SHELLS += [["busybox", "sh"]] if shutil.which("busybox") else []
ECHO = (sys.executable, "-c", "import json, os, sys; print(json.dumps([sys.argv[1:], os.environ.get('V')]))")
TEXT = st.text(
    st.one_of(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), st.sampled_from("'\"\\$`\n(){}!*~ \t#")),
    max_size=40)


def layout(mode: UriMode = UriMode.LOCAL) -> Layout:
    given = executor_input(artifacts={"data": "s3://b/k/da ta", "model": "s3://b/k"}, output_artifacts=("model",))
    return lay_out(StepSpec("i"), given, mode)


def run(text: str, folder: Path, shell: list[str]) -> subprocess.CompletedProcess[str]:
    path = folder / "run.sh"
    path.write_text(text, encoding="utf-8")
    return subprocess.run([*shell, str(path)], capture_output=True, text=True, check=False)


def echoed(words: tuple[str, ...], value: str, folder: Path, shell: list[str]) -> list[object]:
    text = script_text(StepSpec("i"), Command((*ECHO, *words), {"V": value}, False), layout())
    result = run(text, folder, shell)
    assert result.returncode == 0, result.stderr
    loaded: list[object] = json.loads(result.stdout)
    return loaded


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(words=st.lists(TEXT, max_size=4).map(tuple), value=TEXT)
def test_words_and_variables_arrive_as_they_are(
    shell: list[str], tmp_path_factory: pytest.TempPathFactory, words: tuple[str, ...], value: str
) -> None:
    assert echoed(words, value, tmp_path_factory.getbasetemp(), shell) == [list(words), value]


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_large_words_arrive_as_they_are(shell: list[str], tmp_path: Path) -> None:
    """300 kB in all: a single argument of a program cannot be longer than 128 KiB on Linux."""
    source = "".join(f"x{index} = '''{'é' * (index % 40)} \" $({index}) `'''\n" for index in range(1000))[:45_000]
    words = (source, "z" * 100_000, "'" * 20_000, "\n" * 60_000, "$(x)" * 20_000)
    assert echoed(words, "v", tmp_path, shell) == [list(words), "v"]


def test_commands_of_every_style_start_alike(tmp_path: Path) -> None:
    """The styles that compiled pipelines have, each small: lightweight, shell, here-document, module, plain program."""
    out = tmp_path / "out"
    styles: dict[str, tuple[str, ...]] = {
        "lightweight": ("sh", "-c", 'true && "$0" "$@"\n', "sh", "-ec",
                        'program_path=$(mktemp -d)\nprintf "%s" "$0" > "$program_path/e.py"\n'
                        f'{sys.executable} "$program_path/e.py" "$@"\n',
                        "import sys\nopen(sys.argv[1], 'w').write(sys.argv[2] + \"é'\")\n", str(out), "x\ny"),
        "python -c with quotes": (
            sys.executable, "-c", "import sys; open(sys.argv[1], 'w').write('x\\ny' + 'é' + chr(39))", str(out)),
        "shell -c with arguments": ("sh", "-c", 'printf "x\\ny%s" "$2" > "$1"', "sh", str(out), "é'"),
        "here-document": ("sh", "-ec", f"cat > {out} <<'E'\nx\nyé'\nE\ntruncate -s -1 {out}"),
        "pipe and substitution": ("sh", "-c", f"printf '%s' \"$(printf 'x\\n')\n\" | cat > {out}; printf \"yé'\" >> {out}"),
        "program": ("cp", str(tmp_path / "from"), str(out)),
        "program that a parameter names": (
            "{{$.inputs.parameters['program']}}", "{{$.inputs.parameters['source']}}", str(out)),
        "shell script of the image": (str(tmp_path / "run.me"), str(out)),
        "script of the image": (sys.executable, str(tmp_path / "copy.py"), "--to", str(out)),
        "module": (sys.executable, "-m", "shutil_of_the_image", "--to", str(out)),
        "lightweight of KFP 1": (
            "sh", "-ec", 'program_path=$(mktemp)\nprintf "%s" "$0" > "$program_path"\n'
            f'{sys.executable} -u "$program_path" "$@"\n',
            "def copy(text, to):\n    with open(to, 'w') as file:\n        file.write(text)\n\nimport argparse\n"
            "_parser = argparse.ArgumentParser()\n_parser.add_argument('--text')\n_parser.add_argument('--to')\n"
            "copy(**vars(_parser.parse_args()))\n", "--text", "x\nyé'", "--to", str(out)),
        "installation before the program": (
            "sh", "-c", '(true || python3 -m pip install x) && "$0" "$@"', "cp", str(tmp_path / "from"), str(out)),
    }
    (tmp_path / "from").write_text("x\nyé'", encoding="utf-8")
    (tmp_path / "run.me").write_text(f'#!/bin/sh\ncp {tmp_path}/from "$1"\n')
    (tmp_path / "run.me").chmod(0o755)
    for name in ("copy.py", "shutil_of_the_image.py"):
        (tmp_path / name).write_text(f"import shutil, sys\nshutil.copy({str(tmp_path / 'from')!r}, sys.argv[2])\n")
    given = executor_input({"program": "cp", "source": str(tmp_path / "from")})
    for style, words in styles.items():
        spec = StepSpec("i", words, env=(("PYTHONPATH", str(tmp_path)),))
        text = script_text(spec, resolved_command(spec, Filling(given)), layout())
        result = run(text, tmp_path, ["sh"])
        assert result.returncode == 0, (style, result.stderr)
        assert out.read_text(encoding="utf-8") == "x\nyé'", style
        out.unlink()


def test_the_exit_status_and_a_missing_program_are_the_programs(tmp_path: Path) -> None:
    failing = run(script_text(StepSpec("i"), Command(("sh", "-c", "exit 7"), {}, False), layout()), tmp_path, ["sh"])
    assert failing.returncode == 7
    missing = run(script_text(StepSpec("i"), Command(("/no/such/program",), {}, False), layout()), tmp_path, ["sh"])
    assert missing.returncode == 127


def test_links_come_in_the_order_of_paths_and_the_task_root_last() -> None:
    text = script_text(StepSpec("i"), Command(("true",), {}, False), layout(UriMode.KFP))
    links = [line for line in text.splitlines() if line.startswith("show ")]
    assert links == [
        "show /opt/ml/processing/input/artifacts /s3/b",
        "show /opt/ml/processing/input/artifacts/k /s3/b/k",
        f"show /opt/ml/processing/output {LOCAL_ROOT}",
    ]
    unlinked = script_text(StepSpec("i"), Command(("true",), {}, False), layout())
    assert not [line for line in unlinked.splitlines() if line.startswith("show ")]


def test_a_secret_is_read_in_the_job_and_is_not_in_the_script(tmp_path: Path) -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-AbCdEf"
    spec = StepSpec("i", secrets=(Secret("TOKEN", SecretPolicy.SECRETS_MANAGER, arn),))
    text = script_text(spec, Command(("sh", "-c", 'printf "%s" "$TOKEN"'), {}, False), layout())
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "aws").write_text('#!/bin/sh\necho "from $6 in $4"\n')
    (tools / "aws").chmod(0o755)
    path = tmp_path / "run.sh"
    path.write_text(text)
    result = subprocess.run(["sh", str(path)], capture_output=True, text=True, check=False,
                            env={"PATH": f"{tools}:/usr/bin:/bin"})
    assert result.stdout == f"from {arn} in eu-west-1"


@pytest.mark.parametrize(
    ("key", "told", "status"), [("", '{"user": "it\'s me"}', 0), ("user", "it's me", 0), ("absent", "", 70)]
)
def test_a_secrets_member_is_read_with_the_aws_cli_too(key: str, told: str, status: int, tmp_path: Path) -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-AbCdEf"
    spec = StepSpec("i", secrets=(Secret("TOKEN", SecretPolicy.SECRETS_MANAGER, arn, key),))
    (tmp_path / "aws").write_text("""#!/bin/sh\nprintf '%s\\n' '{"user": "it'"'"'s me"}'\n""")
    (tmp_path / "aws").chmod(0o755)
    (tmp_path / "boto3.py").write_text("raise ImportError")
    path = tmp_path / "run.sh"
    path.write_text(script_text(spec, Command(("sh", "-c", 'printf "%s" "$TOKEN"'), {}, False), layout()))
    result = subprocess.run(["sh", str(path)], capture_output=True, text=True, check=False,
                            env={"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHONPATH": str(tmp_path)})
    assert (result.stdout, result.returncode) == (told, status), result.stderr


def test_a_variable_that_no_shell_can_set_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"environment variable my\.name"):
        script_text(StepSpec("i"), Command(("true",), {"my.name": "x"}, False), layout())
