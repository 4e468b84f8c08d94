"""What a container sees, how it ends, and what is left of it, on every runner of this machine."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from root_file_system import copy_with_libraries
from runners_here import ISOLATING, RUNNERS
from sagemaker_local.runners import ContainerError, Runner, choose_runner
from sagemaker_local.runners.images import Image
from waiting import until

CHECKOUT = Path(__file__).parents[3]

ON_EVERY_RUNNER = pytest.mark.parametrize("runner", RUNNERS, indirect=True)
WHERE_ISOLATED = pytest.mark.parametrize("runner", ISOLATING, indirect=True)
KEEPING_ORDER = pytest.mark.parametrize("runner", [name for name in RUNNERS if name != "docker"], indirect=True)
NAMESPACES = pytest.mark.parametrize("runner", [name for name in ISOLATING if name != "docker"], indirect=True)

HANDLER = "trap 'echo caught; exit 7' TERM; echo ready; while :; do sleep 0.05; done"
NO_HANDLER = "echo ready; while :; do sleep 0.05; done"

SERVER = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b'pong')
port = int(os.environ.get('SAGEMAKER_BIND_TO_PORT', 8080))
http.server.HTTPServer(('0.0.0.0', port), Handler).serve_forever()
"""


@ON_EVERY_RUNNER
@pytest.mark.parametrize(
    ("script", "code"), [("exit 0", 0), ("exit 41", 41), ("kill -KILL $$; sh -c 'kill -KILL $$'; exit $?", 137)]
)
def test_exit_code(start, script, code):
    assert start(script).end() == code


@ON_EVERY_RUNNER
def test_standard_output_and_error_are_the_lines_and_bytes_that_are_no_text_do_no_harm(start):
    started = start(r"printf 'one\ntwo\n'; printf 'gr\303\274n \377' >&2")
    assert started.end() == 0
    assert sorted(started.lines) == ["grün \N{REPLACEMENT CHARACTER}", "one", "two"]


@KEEPING_ORDER
def test_lines_of_both_streams_come_in_the_order_of_writing(start):
    started = start("for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo error $i >&2; done")
    assert started.end() == 0
    assert started.lines == [f"{stream} {i}" for i in range(1, 10) for stream in ("out", "error")]


@ON_EVERY_RUNNER
def test_lines_arrive_while_it_runs(start):
    started = start("echo first; while [ ! -e /opt/ml/go ]; do sleep 0.02; done; echo last")
    until(lambda: started.lines == ["first"])
    assert started.container.wait(0) is None
    started.container.kill()
    assert started.end() == 137
    assert started.lines == ["first"]


@ON_EVERY_RUNNER
def test_opt_ml_is_shared_and_writable(start, tmp_path):
    (tmp_path / "ml").mkdir()
    (tmp_path / "ml" / "in").write_text("given")
    assert start("cat /opt/ml/in; printf made > /opt/ml/out").end() == 0
    assert (tmp_path / "ml" / "out").read_text() == "made"


@ON_EVERY_RUNNER
def test_environment_is_the_given_one_only(start, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-this-machine")
    started = start('echo "$GIVEN|$AWS_SECRET_ACCESS_KEY|$HOSTNAME"', environment={"GIVEN": "a b$c"})
    assert started.end() == 0
    assert started.lines == ["a b$c||algo-1"]


@ON_EVERY_RUNNER
def test_a_command_that_does_not_exist_cannot_be_started(start):
    assert start(entrypoint=("no-such-program",)).end() == 127


@ON_EVERY_RUNNER
def test_sigterm_runs_the_handler_of_the_first_process(start):
    started = start(HANDLER)
    until(lambda: started.lines == ["ready"])
    started.container.terminate()
    assert started.end() == 7
    assert started.lines == ["ready", "caught"]


@WHERE_ISOLATED
def test_sigterm_without_a_handler_does_nothing_and_sigkill_ends_it(start):
    started = start(NO_HANDLER)
    until(lambda: started.lines == ["ready"])
    started.container.terminate()
    assert started.container.wait(0.3) is None
    started.container.kill()
    assert started.end() == 137


@WHERE_ISOLATED
def test_it_sees_opt_ml_and_neither_checkout_nor_home_nor_other_processes(start, tmp_path, monkeypatch):
    monkeypatch.chdir(CHECKOUT)
    home_file = Path.home() / ".profile"
    hidden = [CHECKOUT / "pyproject.toml", CHECKOUT / "emulator", Path(__file__), tmp_path, home_file]
    script = "; ".join(f"[ -e {path} ] && echo visible {path}" for path in hidden)
    started = start(f"{script}; ls -d /opt/ml; cat /proc/1/comm; ls -d /proc/{os.getpid()} 2>/dev/null; uname -n; true")
    assert started.end() == 0
    assert started.lines[0] == "/opt/ml"
    assert "algo-1" in started.lines
    assert not [line for line in started.lines if "visible" in line or f"/proc/{os.getpid()}" in line]


@NAMESPACES
def test_the_system_is_read_only_and_tmp_is_its_own(start, tmp_path):
    outside = tmp_path.parts[1]
    script = f"touch /usr/made /etc/made; ls /{outside}; touch /tmp/made && echo ok; mount -o remount,rw /usr && echo rw"
    script = f"({script}) 2>/dev/null"
    started = start(script)
    started.end()
    *seen, last = started.lines
    # Of what lies outside there is at most the way to the Python environment.
    assert set(seen) <= {Path(prefix).parts[2] for prefix in (sys.prefix, sys.base_prefix) if Path(prefix).parts[1] == outside}
    assert last == "ok"
    assert not Path("/usr/made").exists()
    assert not Path("/tmp/made").exists()


@NAMESPACES
def test_the_python_of_this_environment_is_found_without_its_checkout(start):
    started = start("python -c 'import sys, boto3; print(sys.prefix)'; python -c 'import sagemaker_local' 2>&1 | tail -1")
    assert started.end() == 0
    assert started.lines == [sys.prefix, "ModuleNotFoundError: No module named 'sagemaker_local'"]


@WHERE_ISOLATED
def test_network_none_leaves_only_the_loopback(start):
    started = start("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | grep -v -e ^tunl -e ^sit -e ^ip", network="none")
    started.end()
    assert started.lines == ["lo"]


@ON_EVERY_RUNNER
def test_network_host_reaches_a_server_of_this_machine(start):
    import http.server
    import threading

    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=server.handle_request, daemon=True).start()
    script = f"import socket; socket.create_connection(('127.0.0.1', {server.server_port})); print('reached')"
    started = start(entrypoint=("python3", "-c", script))
    assert started.end() == 0
    server.server_close()
    assert started.lines == ["reached"]


@ON_EVERY_RUNNER
def test_two_containers_serve_on_one_port_each_at_its_own_address(start):
    both = [start(entrypoint=("python3", "-c", SERVER), network="endpoint") for _ in range(2)]
    addresses = [each.container.address for each in both]
    assert len(set(addresses)) == 2
    for address in addresses:
        until(lambda address=address: answer(address) == b"pong")


def answer(address: tuple[str, int]) -> bytes:
    connection = http.client.HTTPConnection(*address, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return b""
    finally:
        connection.close()


@ON_EVERY_RUNNER
def test_what_the_dockerfile_sets_and_copies(start, make_image):
    image = make_image(
        "ENV GREETING=hello",
        "WORKDIR /work",
        "COPY tool.sh /usr/local/bin/greet",
        "COPY data /work/data",
        'ENTRYPOINT ["/usr/local/bin/greet"]',
        'CMD ["by default"]',
        files={"tool.sh": '#!/bin/sh\necho "$GREETING $1"; cat data/a\n', "data/a": "copied\n"},
    )
    started = start(image=image)
    assert started.end() == 0
    assert started.lines == ["hello by default", "copied"]
    other = start(image=image, arguments=("given",))
    assert other.end() == 0
    assert other.lines[0] == "hello given"


@WHERE_ISOLATED
def test_a_file_laid_over_a_system_directory_hides_nothing_of_it(start, make_image):
    image = make_image("COPY train /usr/bin/train", files={"train": "#!/bin/sh\necho training\n"})
    started = start("train; ls /usr/bin/env", image=image)
    assert started.end() == 0
    assert started.lines == ["training", "/usr/bin/env"]


@NAMESPACES
def test_a_root_file_system_is_the_whole_of_what_is_seen(start, tmp_path):
    root = tmp_path / "root"
    (root / "bin").mkdir(parents=True)
    (root / "etc").mkdir()
    (root / "etc" / "os").write_text("its own")
    copy_with_libraries(["sh", "cat", "ls"], root)
    started = start("cat /etc/os; echo; ls /opt; ls /home 2>/dev/null", image=Image("root:1", "root_file_system", root))
    started.end()
    assert started.lines == ["its own", "ml"]


@WHERE_ISOLATED
def test_a_process_left_in_the_background_ends_with_the_container(start):
    seconds = os.getpid() + 2_000_000
    started = start(f"sleep {seconds} & exit 0")
    assert started.end() == 0
    until(lambda: not pids_of(f"sleep {seconds}"))


def pids_of(command: str) -> list[str]:
    shown = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in shown if line.split(None, 1)[1] == command]


@NAMESPACES
def test_everything_ends_with_the_program_that_started_it(runner: Runner, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    seconds = str(os.getpid() + 1_000_000)  # a command line of its own, in whichever process this test runs
    program = f"""
import sys, time
from pathlib import Path
from sagemaker_local.runners import ContainerSpec, choose_runner
from sagemaker_local.runners.images import Image
image = Image("i", "dockerfile", Path({str(tmp_path)!r}))
spec = ContainerSpec("t", "algo-1", image, {{}}, entrypoint=("sleep", {seconds!r}), network="endpoint")
choose_runner({runner.name!r}).start(spec, lambda *_: None)
print("started", flush=True)
time.sleep(3600)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "started\n"
            until(lambda: pids_of(f"sleep {seconds}"))
        finally:
            process.send_signal(signal.SIGKILL)
    until(lambda: not pids_of(f"sleep {seconds}"))


@NAMESPACES
def test_an_image_that_is_not_mapped_says_how_to_map_it(start):
    with pytest.raises(ContainerError, match=r"registry/none:1 .*--image registry/none:1=FOLDER"):
        start("true", image=Image("registry/none:1"))


def test_the_runner_asked_for_is_taken_and_named(caplog):
    caplog.set_level("INFO", logger="sagemaker_local")
    chosen = choose_runner(ISOLATING[-1])
    chosen.close()
    assert chosen.name == ISOLATING[-1]
    assert f"containers run by {ISOLATING[-1]}" in caplog.text


def test_the_best_runner_that_works_is_taken_and_the_better_ones_are_explained(caplog):
    caplog.set_level("INFO", logger="sagemaker_local")
    chosen = choose_runner()
    chosen.close()
    assert chosen.name == RUNNERS[0]
    better = ["docker", "bubblewrap", "unshare", "process"][: ["docker", "bubblewrap", "unshare", "process"].index(RUNNERS[0])]
    assert all(f"not {name}: " in caplog.text for name in better)


def test_an_unknown_runner_is_refused():
    with pytest.raises(ValueError, match="'podman': expected one of auto, namespaces, docker"):
        choose_runner("podman")
