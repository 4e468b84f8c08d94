"""Pipelines whose steps fail: exit handlers, retries, tasks that go on all the same, and what is left undone."""

import functools

from kfp import dsl
from kfp.dsl import Dataset, Input, Output

step = functools.partial(dsl.component, base_image="python:3.11-slim", install_kfp_package=False)


@step
def say(text: str) -> str:
    return text


@step
def fail(code: int, data: Output[Dataset]) -> str:
    import sys

    with open(data.path, "w") as file:
        file.write("left behind")
    print("about to fail")
    sys.exit(int(code))


@step
def raises(text: str) -> str:
    raise ValueError(f"cannot use {text!r}")


@step
def final_status(status: dsl.PipelineTaskFinalStatus, note: str) -> dict:
    return {
        "state": status.state,
        "task": status.pipeline_task_name,
        "code": status.error_code,
        "message": status.error_message,
        "note": note,
    }


@step
def fails_at_first(run: str, times: int) -> int:
    """Counts its attempts in S3, which is all that two attempts share."""
    import boto3
    from botocore.config import Config

    store = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
    attempts = store.list_objects_v2(Bucket="kfp-artifacts", Prefix=f"attempts/{run}/").get("KeyCount", 0) + 1
    store.put_object(Bucket="kfp-artifacts", Key=f"attempts/{run}/{attempts}", Body=b"")
    if attempts <= int(times):
        raise SystemExit(4)
    return attempts


@step
def another_file(run: str, failures: int, data: Output[Dataset]) -> int:
    """Leaves a file of another name with every attempt, in a folder, and fails at first."""
    import os

    import boto3
    from botocore.config import Config

    store = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
    attempts = store.list_objects_v2(Bucket="kfp-artifacts", Prefix=f"attempts/{run}/").get("KeyCount", 0) + 1
    store.put_object(Bucket="kfp-artifacts", Key=f"attempts/{run}/{attempts}", Body=b"")
    os.makedirs(data.path)
    with open(os.path.join(data.path, f"attempt-{attempts}"), "w") as file:
        file.write("some data")
    if attempts <= int(failures):
        raise SystemExit(4)
    return attempts


@step
def no_output() -> str:
    pass


@step
def read(data: Input[Dataset]) -> str:
    return open(data.path).read()


@dsl.container_component
def shell_exit(code: int):
    return dsl.ContainerSpec(image="busybox:1", command=["sh", "-c", 'echo leaving; exit "$0"'], args=[code])


@dsl.container_component
def no_program(told: dsl.OutputPath(str)):
    return dsl.ContainerSpec(image="busybox:1", command=["/no/such/program"], args=[told])


@dsl.pipeline
def exit_handler_after_failure():
    with dsl.ExitHandler(final_status(note="at the end")):
        first = say(text="before")
        failed = fail(code=3)
        say(text=failed.outputs["Output"])
        say(text=first.output)


@dsl.pipeline
def exit_handler_after_success(note: str = "it's fine"):
    with dsl.ExitHandler(final_status(note=note)):
        say(text=say(text="one").output)


@dsl.pipeline
def downstream_of_a_failure():
    failed = fail(code=1)
    read(data=failed.outputs["data"])
    say(text="on its own")


@dsl.pipeline
def exception():
    raises(text="it's \"this\"")


@dsl.pipeline
def goes_on_all_the_same():
    failed = fail(code=2)
    say(text="cleaning").after(failed).ignore_upstream_failure()


@dsl.pipeline
def retried():
    fails_at_first(run=dsl.PIPELINE_JOB_ID_PLACEHOLDER, times=1).set_retry(2)


@dsl.pipeline
def retried_with_files(failures: int = 1):
    another_file(run=dsl.PIPELINE_JOB_ID_PLACEHOLDER, failures=failures).set_retry(2)


@dsl.pipeline
def retries_used_up():
    fails_at_first(run=dsl.PIPELINE_JOB_ID_PLACEHOLDER, times=5).set_retry(1)


@dsl.pipeline
def output_left_out():
    say(text=no_output().output)


@dsl.pipeline
def exit_code_of_a_shell(code: int = 42):
    shell_exit(code=code)


@dsl.pipeline
def program_that_is_not_there():
    no_program()
