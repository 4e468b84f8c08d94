"""Arguments that Linux hands to no program reach shells and Python, whichever way these are started. All is run here."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from kfp_sagemaker.container_step.command import Command
from kfp_sagemaker.container_step.long_arguments import LONGEST_ARGUMENT, carry, is_long
from kfp_sagemaker.container_step.step_spec import StepSpec
from kfp_sagemaker.errors import InvalidInput

#: 300,000 bytes, with all that shells and Python read otherwise; it ends in line breaks, which ``$(...)`` drops.
LONG = ("é漢 '\"\\ $(id) `id` ${X} %s \r\n" * 10_000)[:270_000] + "x" * 30_000 + "\n\n"
SHELLS = [name for name in ("sh", "bash", "dash") if shutil.which(name)]
PYTHON = sys.executable
#: Tells its arguments, from the second on, in the file that the first names.
TELL = "import json, sys\njson.dump(sys.argv[2:], open(sys.argv[1], 'w'))\n"
TELL_IN_SHELL = 'out=$1; shift; for each in "$@"; do printf "%s\\0" "$each"; done > "$out"\n'


def run(folder: Path, *words: str, status: int = 0) -> list[str]:
    """Run the words as a job does, with the files beside them; what the program told in ``OUT``."""
    out = folder / "out"
    given = Command(tuple(str(out) if word == "OUT" else word for word in words), {}, False, words)
    carried = carry(StepSpec("i", words), given, str(folder))
    for name, content in carried.files.items():
        (folder / name).write_bytes(content)
    assert not any(map(is_long, carried.command.words))
    done = subprocess.run(carried.command.words, capture_output=True, text=True, check=False, cwd=folder)
    assert (done.returncode, done.stderr) == (status, "")
    if not out.exists():
        return [done.stdout]
    told = out.read_bytes().decode()
    return list(json.loads(told)) if told.startswith("[") else told.split("\0")[:-1]


def test_what_a_program_can_be_given_stays_as_it_is() -> None:
    command = Command(("sh", "-c", "x" * LONGEST_ARGUMENT), {}, False)
    assert carry(StepSpec("i"), command, "/f").command is command
    assert not is_long("é" * (LONGEST_ARGUMENT // 2))
    assert is_long("é" * (LONGEST_ARGUMENT // 2 + 1))


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "options", [("-c",), ("-ec",), ("-e", "-c"), ("-c", "-e"), ("-eu", "-o", "noglob", "-c"), ("-euo", "noglob", "-c")]
)
def test_a_shells_parameters(shell: str, options: tuple[str, ...], tmp_path: Path) -> None:
    given = ("a b", LONG, "", "c'", *map(str, range(8)), LONG[::-1])
    assert run(tmp_path, shell, *options, TELL_IN_SHELL, "name", "OUT", *given) == list(given)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shells_script_with_a_value_in_it(shell: str, tmp_path: Path) -> None:
    script = f"""out=$1; shift; printf '%s\\0' {shlex.quote(LONG)} "$@" "$0" > "$out"\n"""
    assert run(tmp_path, shell, "-ec", script, "name", "OUT", "b", LONG) == [LONG, "b", LONG, "name"]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("script", "told"),
    [
        ('printf "%s\\0" "$0" "${0}" "$1" > "$2"', [LONG, LONG, "b"]),
        ("""printf '%s\\0' "$0" '$0' "it's $0" \\$0 "\\$0" > "$2"  # it's $0""", [LONG, "$0", f"it's {LONG}", "$0", "$0"]),
        ("""first=$(printf '%s' "$0"; echo x); printf '%s\\0' "${first%x}" "$1" > "$2" """, [LONG, "b"]),
    ],
)
def test_a_shells_name(shell: str, script: str, told: list[str], tmp_path: Path) -> None:
    """What a script is given first is its ``$0``, and often it is a value like the others."""
    assert run(tmp_path, shell, "-c", script, LONG, "b", "OUT") == told


@pytest.mark.parametrize(
    "script", ["cat <<E\n$0\nE\n", 'echo "$(echo $0)"', 'echo "`echo $0`"', "echo ${0##*/}", "echo $'$0'", "echo 'a",
               "eval 'echo $0'", "trap 'echo $0' EXIT"]
)
def test_a_shells_name_that_is_not_sure_to_be_one_is_refused(script: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"element 4 of the command.*a script's \$0 only where it is plain"):
        run(tmp_path, "sh", "-c", script, LONG)


def test_programs_that_env_starts(tmp_path: Path) -> None:
    env = shutil.which("env")
    assert env is not None
    assert run(tmp_path, env, "sh", "-c", TELL_IN_SHELL, "name", "OUT", LONG) == [LONG]
    assert run(tmp_path, env, PYTHON, "-c", TELL, "OUT", LONG) == [LONG]
    for words in ((env, "A=b", "sh", "-c", "", "name", LONG), (env, "-i", "sh", "-c", "", "name", LONG)):
        with pytest.raises(InvalidInput):
            run(tmp_path, *words)


def test_many_arguments_that_are_too_much_together(tmp_path: Path) -> None:
    """Each is short enough; all of them with the environment are more than Linux takes."""
    given = [f"{number}{'x' * 120_000}" for number in range(30)]
    assert run(tmp_path, PYTHON, "-c", TELL, "OUT", "short", *given) == ["short", *given]
    assert run(tmp_path, "sh", "-c", TELL_IN_SHELL, "name", "OUT", "short", *given) == ["short", *given]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shells_status_and_options(shell: str, tmp_path: Path) -> None:
    assert run(tmp_path, shell, "-ec", f"false; printf said # {LONG.replace(chr(10), '')}", status=1) == [""]
    assert run(tmp_path, shell, "-c", f"exit 7 # {LONG.replace(chr(10), '')}", "name", LONG, status=7) == [""]
    nearly = "x" * (LONGEST_ARGUMENT - 20)
    assert run(tmp_path, shell, "-c", f'printf "%s" "$1" # {nearly}'[:LONGEST_ARGUMENT], "name", LONG) == [
        LONG.replace("\r\n", "\n")]


@pytest.mark.parametrize("options", [(), ("-u",), ("-W", "ignore", "-X", "utf8", "-B"), ("-Wignore", "-Xutf8"), ("-I",)])
def test_a_python_program(options: tuple[str, ...], tmp_path: Path) -> None:
    given = ["a b", LONG, "", LONG[::-1]]
    assert run(tmp_path, PYTHON, *options, "-c", TELL, "OUT", *given) == given


@pytest.mark.parametrize("how", ["-c{}", "-uc{}", "-Buc {}"])
def test_a_python_program_written_to_its_option(how: str, tmp_path: Path) -> None:
    assert run(tmp_path, PYTHON, *how.format(TELL).split(" ", how.count(" ")), "OUT", LONG) == [LONG]


def test_a_long_python_program(tmp_path: Path) -> None:
    assert run(tmp_path, PYTHON, "-c", f"{TELL}# {LONG!r}\n", "OUT", "x") == ["x"]


def test_a_python_program_finds_what_it_finds_otherwise(tmp_path: Path) -> None:
    """Its name, its first folder for modules, its file, its globals."""
    program = "import sys\nprint(sys.argv[0], repr(sys.path[0]), __name__, sorted(set(globals()) - {'__cached__'}))"
    as_it_is = subprocess.run([PYTHON, "-c", program], capture_output=True, text=True, check=True).stdout
    assert run(tmp_path, PYTHON, "-c", program, LONG) == [as_it_is]
    isolated = subprocess.run([PYTHON, "-I", "-c", program], capture_output=True, text=True, check=True).stdout
    assert run(tmp_path, PYTHON, "-I", "-c", program, LONG) == [isolated]


def test_a_python_module_and_a_python_file(tmp_path: Path) -> None:
    (tmp_path / "tell.py").write_text(f"import beside\nassert __name__ == '__main__'\n{TELL}")
    (tmp_path / "beside.py").touch()
    assert run(tmp_path, PYTHON, "-m", "tell", "OUT", LONG, "-m") == [LONG, "-m"]
    (tmp_path / "out").unlink()
    assert run(tmp_path, PYTHON, "-u", str(tmp_path / "tell.py"), "OUT", "-c", LONG) == ["-c", LONG]


@pytest.mark.parametrize(("program", "status"), [("raise SystemExit(7)", 7), ("import sys; sys.exit(0)", 0)])
def test_a_python_programs_status(program: str, status: int, tmp_path: Path) -> None:
    assert run(tmp_path, PYTHON, "-c", program, LONG, status=status) == [""]


EXECUTOR = 'printf "%s" "$0" > m.py\nVARIABLE=1 python3 -m kfp.dsl.executor_main --component_module_path m.py "$@"\n'


@pytest.mark.parametrize(
    "before", [("sh", "-c"), ("sh", "-c", 'true && "$0" "$@"\n', "sh", "-ec")], ids=["lightweight", "with its bootstrap"]
)
def test_kfps_executor(before: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kfp" / "dsl").mkdir(parents=True)
    (tmp_path / "kfp" / "dsl" / "executor_main.py").write_text(
        "import json, os, sys\nassert os.environ['VARIABLE'] == '1'\njson.dump(sys.argv[3:], open('out', 'w'))\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(PYTHON)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    given = ["--executor_input", LONG, "--function_to_execute", "f"]
    assert run(tmp_path, *before, EXECUTOR, "source", *given) == given


@pytest.mark.parametrize(
    ("words", "position"),
    [
        (("/tools/tell", "a", LONG), 3),
        (("sh", "/tools/tell.sh", LONG), 3),
        (("sh", "-c", "echo ${0%x}", LONG), 4),
        (("python3", "-", LONG), 3),
        (("sh", "-c", EXECUTOR, LONG), 4),
        (("sh", "-c", LONG, "sh", "-c", EXECUTOR), 3),
    ],
)
def test_what_no_program_can_be_given_is_refused(words: tuple[str, ...], position: int) -> None:
    command = Command(words, {}, False, tuple(f"written {number}" for number, _ in enumerate(words, 1)))
    with pytest.raises(InvalidInput) as refused:
        carry(StepSpec("i", words), command, "/f")
    assert (f"element {position} of the command, 'written {position}', has {len(LONG.encode())} bytes; an argument of a "
            "program on Linux has at most 131071, in a pod as in a job.") in str(refused.value)
