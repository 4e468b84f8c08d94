"""The program ``python -m kfp_sagemaker`` in a process forked from one that has done what every start of it does first.

How it works: the fork server of multiprocessing imports this module, whereby the package is imported and botocore's models
are read, once for all steps of a session. A step is a fork of it, and from then on a process of its own: its environment,
directory and files are set, and the program's main function is called.

Not here: that a new Python does the same. It is started for each component in test_examples, and in test_entrypoint.
"""

from __future__ import annotations

import ctypes
import functools
import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path

IN_SERVER = "KFP_SAGEMAKER_TESTS_FORK_SERVER"
"""Set in the environment of the fork server alone."""

PR_SET_PDEATHSIG = 1
"""prctl(2)."""


@functools.cache
def fork_server() -> ForkServerContext:
    """The context that makes forked processes; its server is running."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    before = dict(os.environ)
    os.environ.update({IN_SERVER: "1", "PYTHONPATH": path})
    try:
        forkserver.ensure_running()
    finally:
        os.environ.clear()
        os.environ.update(before)
    return context


def run_program(arguments: list[str], environment: Mapping[str, str], directory: Path, out: Path, err: Path) -> None:
    """Be ``python -m kfp_sagemaker`` with what it prints in two files."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))  # the fork server ends with the tests
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(directory)
    for descriptor, path in ((1, out), (2, err)):
        file = os.open(path, os.O_WRONLY | os.O_APPEND)
        os.dup2(file, descriptor)
        os.close(file)
    _forget_the_environment_of_the_server()
    from kfp_sagemaker.entrypoint import main

    sys.exit(main(arguments))


def _forget_the_environment_of_the_server() -> None:
    """Botocore's session has read it; the models that it has loaded are the same in all."""
    from kfp_sagemaker.service_model import model

    loader = model.session().get_component("data_loader")
    model.session.cache_clear()
    model.session().register_component("data_loader", loader)


def _get_ready() -> None:
    gc.disable()  # as the program does
    from kfp_sagemaker.faces.registry import component_ids, find_face
    from kfp_sagemaker.service_model import model

    for component in component_ids():
        find_face(component)
    model.service()
    for service in ("sagemaker", "logs", "sts", "s3"):
        model.session().create_client(service, "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


if IN_SERVER in os.environ:
    _get_ready()
