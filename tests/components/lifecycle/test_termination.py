"""What a process does when it is asked to end: real signals to a real process that prints what it does.

That the Stop call reaches SageMaker first, and in time, is in tests/proof.
"""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from waiting import PATIENCE

PROGRAM = """
import logging, sys, threading, time
from kfp_sagemaker.errors import AlreadyFinished, NotFound, Terminated
from kfp_sagemaker.lifecycle.termination import Termination

lock = threading.Lock()
def say(text):
    with lock:
        print(text, flush=True)

logging.basicConfig(stream=sys.stdout, format="log: %(message)s", level=logging.INFO)
stopped = threading.Event()
stops = []
def stop():
    stops.append(1)
    say(f"stop {len(stops)}")
    stopped.set()
def stop_late():
    stops.append(1)
    say(f"stop {len(stops)}")
    stopped.set()
    if len(stops) == 1:
        raise NotFound("it is not there")
def stop_too_late():
    raise AlreadyFinished("it had already ended")
def stop_in_vain():
    raise NotFound("it is not there")
def leave():
    say("outputs")
def leave_badly():
    raise OSError("disk full")

termination = Termination()
termination.listen()
"""
WAIT = "\nsay('ready')\ntime.sleep(90)\n"


def ended(program: str, *signals: signal.Signals) -> tuple[int, list[str]]:
    """Exit status and lines of a process that got the signals when it said that it is ready."""
    with subprocess.Popen([sys.executable, "-c", PROGRAM + program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            if line.strip() == "ready":
                for number in signals:
                    process.send_signal(number)
            else:
                lines.append(line.strip())
        return process.wait(PATIENCE), lines


@pytest.mark.parametrize(("name", "program", "signals", "status", "lines"), [
    ("nothing yet", "", (signal.SIGTERM,), 143, ["log: terminated; there was nothing to stop"]),
    ("SIGINT", "", (signal.SIGINT,), 130, ["log: terminated; there was nothing to stop"]),
    ("running", "termination.attached(stop, leave)", (signal.SIGTERM,), 143,
     ["stop 1", "log: terminated; the remote job was asked to stop", "outputs"]),
    ("running, SIGINT", "termination.attached(stop, leave)", (signal.SIGINT,), 130,
     ["stop 1", "log: terminated; the remote job was asked to stop", "outputs"]),
    ("asked twice", "termination.attached(stop, leave)", (signal.SIGTERM, signal.SIGTERM), 143,
     ["stop 1", "log: terminated; the remote job was asked to stop", "outputs"]),
    ("to be left", "termination.attached(None, leave)", (signal.SIGTERM,), 143,
     ["log: terminated; what runs remotely was left running"]),
    ("already ended", "termination.attached(stop_too_late, leave)", (signal.SIGTERM,), 143,
     ["log: terminated; it had already ended", "outputs"]),
    ("cannot be stopped", "termination.attached(stop_in_vain, leave)", (signal.SIGTERM,), 143,
     ["log: terminated; could not stop what runs remotely: it is not there", "outputs"]),
    ("outputs cannot be written", "termination.attached(stop, leave_badly)", (signal.SIGTERM,), 143,
     ["stop 1", "log: terminated; the remote job was asked to stop", "log: while ending: disk full"]),
    ("over", "termination.attached(stop, leave)\ntermination.nothing_to_stop()", (signal.SIGTERM,), 143,
     ["log: terminated; there was nothing to stop"]),
], ids=lambda value: value if isinstance(value, str) and "termination" not in value else "")
def test_at_rest(name: str, program: str, signals: tuple[signal.Signals, ...], status: int, lines: list[str]) -> None:
    assert ended(program + WAIT, *signals) == (status, lines)


@pytest.mark.parametrize(("name", "outcome", "lines"), [
    ("made", "termination.created()",
     ["stop 1", "stop 2", "log: terminated; the remote job was asked to stop", "outputs"]),
    ("refused", "termination.nothing_to_stop()", ["stop 1", "log: terminated; nothing was created", "outputs"]),
])
def test_while_the_create_call_is_in_flight_stop_comes_at_once_and_again_when_it_has_returned(
    name: str, outcome: str, lines: list[str]
) -> None:
    program = f"termination.creating(stop_late, leave)\nsay('ready')\nstopped.wait(90)\n{outcome}\ntime.sleep(90)\n"

    status, said = ended(program, signal.SIGTERM)

    assert status == 143
    assert [line for line in said if line != "outputs"] == [line for line in lines if line != "outputs"]


@pytest.mark.parametrize("outcome", ["created", "nothing_to_stop", "give_way"])
def test_the_main_thread_gives_way_where_it_would_tell_how_it_ended(outcome: str) -> None:
    """It has seen the job stopped, say, by the Stop that is still waiting for its answer."""
    program = f"""
told = threading.Event()
def slow_stop():
    say("stop")
    begun.set()
    told.wait(1)
begun = threading.Event()
termination.attached(slow_stop, leave)
say('ready')
begun.wait(90)
termination.{outcome}()
say("the job has failed")
told.set()
sys.exit(1)
"""
    assert ended(program, signal.SIGTERM) == (143, ["stop", "log: terminated; the remote job was asked to stop", "outputs"])


def test_a_stop_that_hits_while_the_create_call_is_in_flight_is_enough() -> None:
    program = "termination.creating(stop, leave)\nsay('ready')\ntime.sleep(90)\n"

    assert ended(program, signal.SIGTERM) == (
        143, ["stop 1", "log: terminated; the remote job was asked to stop", "outputs"])


def test_nothing_is_created_once_the_process_was_asked_to_end() -> None:
    program = """
begun = threading.Event()
def slow_stop():
    say("stop")
    begun.set()
    refused.wait(90)
refused = threading.Event()
termination.attached(slow_stop)
say('ready')
begun.wait(90)
try:
    termination.creating(stop)
    say("created")
except Terminated as error:
    say(f"refused: {error}")
refused.set()
time.sleep(90)
"""

    status, lines = ended(program, signal.SIGTERM)

    assert status == 143
    assert lines[:2] == ["stop", "refused: terminated before anything was created"]


def test_the_signal_does_not_wait_for_the_main_thread() -> None:
    """Not even for one that computes, or that waits in a call without a time limit."""
    program = "termination.attached(stop)\nsay('ready')\nthreading.Lock().acquire()\nforever = threading.Lock()\n" \
              "forever.acquire()\nforever.acquire()\n"

    assert ended(program, signal.SIGTERM)[1][0] == "stop 1"
