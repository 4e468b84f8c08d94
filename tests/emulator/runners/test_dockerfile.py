"""What is read from a Dockerfile without an engine, and what is refused with file and line."""

from __future__ import annotations

import pytest
from sagemaker_local.runners.dockerfile import Copy, DockerfileError, read_dockerfile

BASE = {"PATH": "/usr/bin"}


@pytest.fixture
def read(tmp_path):
    (tmp_path / "code").mkdir()
    for name in ("code/train.py", "code/other.py", "serve", "archive.tar.gz"):
        (tmp_path / name).write_text("x")

    def from_lines(*lines: str):
        (tmp_path / "Dockerfile").write_text("\n".join(lines) + "\n")
        return read_dockerfile(tmp_path, BASE)

    return from_lines


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["ENV A=1 B='two words'"], {"A": "1", "B": "two words"}),
        (["ENV A the whole rest"], {"A": "the whole rest"}),
        (["ENV PATH=/opt/x:$PATH"], {"PATH": "/opt/x:/usr/bin"}),
        (["ENV A=1", "ENV B=${A}0 C=${NONE:-default} D=${A:+set}"], {"A": "1", "B": "10", "C": "default", "D": "set"}),
        (["ENV A='$PATH' B=\\$PATH"], {"A": "$PATH", "B": "$PATH"}),
        (["ARG VERSION=3", "ENV V=$VERSION"], {"V": "3"}),
        (["ENV A=1 \\", "  # a comment in between", "    B=2"], {"A": "1", "B": "2"}),
    ],
)
def test_environment(read, lines, expected):
    assert read("FROM scratch", *lines).environment == BASE | expected


@pytest.mark.parametrize(
    ("lines", "entrypoint", "command"),
    [
        (['ENTRYPOINT ["python", "a b.py"]', 'CMD ["train"]'], ("python", "a b.py"), ("train",)),
        (["ENTRYPOINT python $X"], ("/bin/sh", "-c", "python $X"), ()),
        (["CMD echo one && echo two"], (), ("/bin/sh", "-c", "echo one && echo two")),
        (['SHELL ["/bin/bash", "-ec"]', "CMD false"], (), ("/bin/bash", "-ec", "false")),
        (['CMD ["old"]', 'ENTRYPOINT ["new"]'], ("new",), ()),
    ],
)
def test_entrypoint_and_command(read, lines, entrypoint, command):
    result = read("FROM scratch", *lines)
    assert (result.entrypoint, result.command) == (entrypoint, command)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["COPY serve /srv/run"], [("serve", "/srv/run")]),
        (["COPY serve /srv/bin/"], [("serve", "/srv/bin/serve")]),
        (["COPY code /app"], [("code", "/app")]),
        (["WORKDIR /app", "COPY . ."], [(".", "/app")]),
        (["WORKDIR /app", "WORKDIR sub", "COPY serve ."], [("serve", "/app/sub/serve")]),
        (["COPY code/*.py /app/"], [("code/other.py", "/app/other.py"), ("code/train.py", "/app/train.py")]),
        (['COPY ["serve", "/with space/x"]'], [("serve", "/with space/x")]),
        (["COPY --chown=user:user --link serve /srv/x"], [("serve", "/srv/x")]),
        (["ADD serve /srv/x"], [("serve", "/srv/x")]),
        (["ENV HERE=/srv", "COPY serve $HERE/x"], [("serve", "/srv/x")]),
        (["COPY serve /tmp"], [("serve", "/tmp/serve")]),
    ],
)
def test_copies(read, tmp_path, lines, expected):
    copies = read("FROM scratch", *lines).copies
    assert copies == tuple(Copy((tmp_path / source).resolve(), target) for source, target in expected)


def test_what_this_machine_is_taken_to_satisfy_is_noted(read):
    document = ["RUN <<EOF", "COPY is no instruction here", "EOF"]
    result = read("# comment", "FROM python:3.11", "RUN pip install x", "USER nobody", "EXPOSE 80", *document, "CMD x")
    assert [note.split()[0] for note in result.notes] == ["FROM", "RUN", "USER", "EXPOSE", "RUN"]
    assert result.command == ("/bin/sh", "-c", "x")


def test_the_last_stage_counts_and_inherits_from_a_stage_that_it_names(read):
    result = read("FROM a AS base", "ENV A=1", "CMD base", "FROM other", "ENV B=2", "FROM base", "ENV C=3")
    assert result.environment == BASE | {"A": "1", "C": "3"}
    assert result.command == ("/bin/sh", "-c", "base")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("COPY --from=build /a /b", "COPY --from=build needs a Docker engine"),
        ("COPY --chmod=755 serve /x", "COPY --chmod=755 needs a Docker engine"),
        ("COPY missing /x", "COPY missing: no such file"),
        ("COPY ../outside /x", "lies outside the folder"),
        ("COPY serve", "needs a source and a destination"),
        ("ADD https://example.org/x /x", "ADD of a URL needs a Docker engine"),
        ("ADD archive.tar.gz /x", "ADD unpacks archives"),
        ("ONBUILD RUN x", "the instruction ONBUILD needs a Docker engine"),
        ("NONSENSE x", "the instruction NONSENSE"),
        ("ENV novalue", "expected name=value"),
        ("ENV A=${B#x}", "not understood"),
        ("CMD ['python']", "not the exec form"),
        ("ENV A='open", "No closing quotation"),
    ],
)
def test_what_cannot_be_honoured_names_file_and_line(read, tmp_path, line, reason):
    with pytest.raises(DockerfileError) as error:
        read("FROM scratch", "", line)
    assert str(error.value).startswith(f"{tmp_path}/Dockerfile:3: ")
    assert reason in str(error.value)


def test_a_file_without_from_is_refused(read):
    with pytest.raises(DockerfileError, match="no FROM"):
        read("# nothing")
    with pytest.raises(DockerfileError, match="Dockerfile:1: CMD before FROM"):
        read("CMD x")
