"""Files, folders and places of all kinds: the command reads them, or says in words why not, and leaves nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from golden import ir
from kfp_sagemaker_converter import sources
from kfp_sagemaker_converter.cli.check import check
from kfp_sagemaker_converter.cli.convert import convert
from kfp_sagemaker_converter.cli.init import init
from kfp_sagemaker_converter.output_folder import write_files
from small_pipelines import as_yaml, pipeline
from waiting import is_running, until

TEXT = ir("straight").encode()
LONG = "x" * 5_000
BOMB = "\n".join(["a0: &a0 [x]", *(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 30))])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a pipeline, ``ok.yaml``."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ok.yaml").write_bytes(TEXT)
    return tmp_path


def run(*arguments: str, given: bytes | None = None) -> Result:
    result = CliRunner().invoke(convert, [*arguments, "-o", "out"], input=given)
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result


def written(*arguments: str, given: bytes | None = None) -> bytes:
    assert run(*arguments, given=given).exit_code == 1
    return Path("out/pipeline.yaml").read_bytes()


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbf" + TEXT, TEXT.replace(b"\n", b"\r\n"), TEXT.replace(b"\n", b"\r"), b"\n\n" + TEXT + b"\n...\n"],
    ids=["byte order mark", "line ends of Windows", "line ends of old Macs", "empty lines and an end"],
)
def test_line_ends_and_marks_change_nothing(here: Path, content: bytes) -> None:
    plain = written("ok.yaml")
    (here / "other.yaml").write_bytes(content)
    assert written("other.yaml") == written("-", given=content) == plain


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (TEXT.decode().encode("utf-16"), "KSC104", "byte 0 is 0xff"),
        (TEXT.replace(b"Train it", "Tráin".encode("latin-1")), "KSC104", "is 0xe1"),
        (TEXT.replace(b"Train it", b"Tra\0in"), "KSC101", "control characters are not allowed"),
        (b"", "KSC106", "an empty file"),
        (b"a" * 10_000_000, "KSC106", "no YAML mapping"),
        (b'{"pipelineInfo": "' + b"x" * 10_000_000, "KSC101", "neither YAML nor JSON"),
        (b"{a: " * 100_000, "KSC102", "more than 100 levels of nesting"),
        (b"[" * 10_000_000, "KSC101", "maximum nesting depth"),
        (b"- " * 5_000_000, "KSC102", "more than 100 levels of nesting"),
        (b"---\na: 1\n" * 1_000_000, "KSC102", "more than 1,000 documents"),
        (BOMB.encode(), "KSC102", "more than 2,000,000 nodes, aliases followed"),
    ],
)
def test_bytes_of_any_kind_are_answered(here: Path, content: bytes, code: str, words: str) -> None:
    (here / "given.yaml").write_bytes(content)
    for result in (run("given.yaml"), run("-", given=content)):
        assert result.exit_code == 2
        assert code in result.output
        assert words in result.output
    assert not (here / "out").exists()


def test_no_more_is_read_than_a_pipeline_may_have(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LONGEST_TEXT", 1_000)
    for arguments, given in ((["/dev/zero"], None), (["-"], b"\0" * 1_001), (["ok.yaml"], None)):
        result = run(*arguments, given=given)
        assert result.exit_code == 2
        assert "more than 1,000 bytes" in result.output


def test_python_of_ten_megabytes_is_not_parsed(here: Path) -> None:
    (here / "big.py").write_text("from kfp import dsl\n" + "x = 1\n" * 1_600_000)
    result = run("big.py")
    assert result.exit_code == 2
    assert "9,600,020 characters of Python" in result.output


def test_paths_that_lead_nowhere_are_said_and_the_others_converted(here: Path) -> None:
    (here / "broken.yaml").symlink_to("nowhere")
    (here / "loop.yaml").symlink_to("loop.yaml")
    (here / "folder").mkdir()
    names = ["broken.yaml", "loop.yaml", f"{LONG}.yaml", "ok.yaml/x.yaml", "missing"]
    result = run(*names, "ok.yaml")
    assert result.exit_code == 2
    assert result.output.count("KSC105") == len(names)
    assert [path.name for path in (here / "out").iterdir()] == ["ok"]


def test_of_a_folder_links_that_lead_nowhere_are_said_and_pipes_passed_over(here: Path) -> None:
    inside = here / "folder"
    (inside / "deeper").mkdir(parents=True)
    (inside / "deeper" / "up").symlink_to("..")
    (inside / "broken.yaml").symlink_to("nowhere")
    (inside / "loop.yaml").symlink_to("loop.yaml")
    os.mkfifo(inside / "pipe.yaml")
    (inside / "a.yaml").write_bytes(TEXT)
    (inside / "new\nline.yaml").write_bytes(TEXT)
    Path(os.fsdecode(os.fsencode(inside) + b"/\xff.yaml")).write_bytes(TEXT)
    result = run("folder")
    assert result.exit_code == 2
    assert result.output.count("KSC105") == 2
    assert {path.name for path in (here / "out").iterdir()} == {"a", "new-line", "pipeline"}
    assert all(line.isprintable() for line in result.output.splitlines())


@pytest.mark.parametrize("name", ["loop.yaml", f"{LONG}.yaml", "folder", "nul.yaml", "endless.yaml"])
def test_a_configuration_that_cannot_be_read_is_said(here: Path, name: str) -> None:
    (here / "loop.yaml").symlink_to("loop.yaml")
    (here / "folder").mkdir()
    (here / "nul.yaml").write_text('extends: "a\\0b"')
    (here / "endless.yaml").write_text("extends: /dev/zero")
    result = CliRunner().invoke(check, ["ok.yaml", "--config", name])
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 2


def test_init_writes_nowhere_that_cannot_be(here: Path) -> None:
    for name in (f"{LONG}.yaml", "ok.yaml/x"):
        result = CliRunner().invoke(init, ["ok.yaml", "-o", name])
        assert isinstance(result.exception, SystemExit)
        assert "cannot be written" in result.output


@pytest.mark.parametrize("output", ["ok.yaml", "ok.yaml/x", "loop", LONG])
def test_an_output_folder_that_cannot_be_is_said(here: Path, output: str) -> None:
    (here / "loop").symlink_to("loop")
    result = CliRunner().invoke(convert, ["ok.yaml", "-o", output])
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 2
    assert "cannot be written" in result.output or "is a file" in result.output
    assert (here / "ok.yaml").read_bytes() == TEXT


def test_what_is_converted_is_not_overwritten(here: Path) -> None:
    (here / "pipeline.yaml").write_bytes(TEXT)
    (here / "link").symlink_to(".")
    for output in (".", "link"):
        result = CliRunner().invoke(convert, ["pipeline.yaml", "-o", output])
        assert result.exit_code == 2
        assert "pipeline.yaml: cannot be written: it is the file that is converted" in result.output
    assert (here / "pipeline.yaml").read_bytes() == TEXT
    assert {path.name for path in here.iterdir()} == {"ok.yaml", "pipeline.yaml", "link"}


def test_a_folder_where_a_file_should_be_leaves_all_as_it_was(here: Path) -> None:
    (here / "out" / "report.md").mkdir(parents=True)
    (here / "out" / "mine.txt").write_text("as it was")
    result = run("ok.yaml")
    assert result.exit_code == 2
    assert "out/report.md: cannot be written: Is a directory" in result.output
    assert {path.name for path in (here / "out").iterdir()} == {"report.md", "mine.txt"}
    assert (here / "out" / "mine.txt").read_text() == "as it was"


def test_a_link_to_elsewhere_is_replaced_and_not_written_through(here: Path) -> None:
    (here / "elsewhere").write_text("as it was")
    written("ok.yaml")
    (here / "out" / "pipeline.yaml").unlink()
    (here / "out" / "pipeline.yaml").symlink_to(here / "elsewhere")
    written("ok.yaml")
    assert (here / "elsewhere").read_text() == "as it was"


class Interrupted(dict[str, bytes]):
    """Files, of which the last never comes: Ctrl-C in the middle."""

    def items(self) -> Iterator[tuple[str, bytes]]:  # type: ignore[override]
        yield from super().items()
        raise KeyboardInterrupt


def test_ctrl_c_in_the_middle_of_writing_leaves_all_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_files(tmp_path / "out" / "deeper", Interrupted({"pipeline.yaml": b"1", "iam/pod.json": b"2"}))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ended_while_it_compiles_it_leaves_no_process_and_no_file(here: Path, number: int, status: int) -> None:
    (here / "temporary").mkdir()
    source = "import os, subprocess, time\nfrom kfp import dsl\nchild = subprocess.Popen(['sleep', '600'])\n"
    source += f"open({str(here / 'started')!r}, 'w').write(f'{{os.getpid()}} {{child.pid}} ')\ntime.sleep(600)\n"
    (here / "endless.py").write_text(source)
    command = [sys.executable, "-c", "from kfp_sagemaker.cli import main; main()", "convert", "endless.py", "-o", "out"]
    environment = {**os.environ, "TMPDIR": str(here / "temporary")}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: (here / "started").is_file() and (here / "started").read_text().endswith(" "))
        process.send_signal(number)
        assert process.wait(60) == status
    finally:
        process.kill()
    started = (here / "started").read_text().split()
    until(lambda: not any(is_running(int(one)) for one in started))
    assert list((here / "temporary").iterdir()) == []
    assert not (here / "out").exists()


def test_three_hundred_pipelines_of_a_folder(here: Path) -> None:
    (here / "many").mkdir()
    for number in range(300):
        (here / "many" / f"{number}.yaml").write_text(as_yaml(pipeline()))
    assert run("many").exit_code == 1
    assert len(list((here / "out").iterdir())) == 300


def test_a_named_pipe_is_not_waited_for(here: Path) -> None:
    os.mkfifo(here / "pipe.yaml")
    result = run("pipe.yaml")
    assert result.exit_code == 2
    assert "pipe.yaml" in result.output
    assert "a named pipe; give it as standard input (-)" in result.output
    (here / "given").mkdir()
    os.mkfifo(here / "given" / "pipe.yaml")
    os.mkfifo(here / "given" / "report.json")
    (here / "given" / "ok.yaml").write_bytes(TEXT)
    assert run("given").exit_code == 1
    for configuration in ("pipe.yaml", "c.yaml"):
        (here / "c.yaml").write_text("version: 1\nextends: pipe.yaml\n")
        result = CliRunner().invoke(convert, ["ok.yaml", "-o", "other", "--config", configuration])
        assert result.exit_code == 2
        assert "a named pipe" in result.output
