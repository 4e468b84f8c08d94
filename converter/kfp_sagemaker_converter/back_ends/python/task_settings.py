"""What a task is told beside its inputs: name, cache, retries, environment, resources. Not here: ``kubernetes_settings``."""

from __future__ import annotations

from collections.abc import Iterator

from kfp_sagemaker_converter.back_ends.python.expressions import Reference, number, quoted, value_or_input
from kfp_sagemaker_converter.back_ends.python.spellings import amount
from kfp_sagemaker_converter.model import Container, Task

_UNITS = (("Gi", 1024**3), ("Mi", 1024**2), ("G", 1000**3), ("M", 1000**2))


def methods(task: Task, container: Container | None, reference: Reference) -> Iterator[str]:
    """The methods to call on a task, ``set_retry(2)``."""
    if task.display_name and task.display_name != task.name:
        yield f"set_display_name({quoted(task.display_name)})"
    if task.cache_key:
        yield f"set_caching_options(True, cache_key={quoted(task.cache_key)})"
    elif not task.cached:  # without a word, KFP's driver does not cache; kfp does
        yield "set_caching_options(False)"
    if task.retry:
        more = [f"backoff_duration={quoted(task.retry.backoff)}"] if task.retry.backoff else []
        more += [f"backoff_factor={number(task.retry.factor)}"] if task.retry.factor else []
        more += [f"backoff_max_duration={quoted(task.retry.longest_backoff)}"] if task.retry.longest_backoff else []
        yield f"set_retry({', '.join([str(task.retry.attempts), *more])})"
    if container is not None:
        yield from _of_container(container, reference)


def _of_container(container: Container, reference: Reference) -> Iterator[str]:
    for name, value in container.env:
        yield f"set_env_variable({quoted(name)}, {quoted(value)})"
    if "{{$" in container.image:
        yield f"set_container_image({value_or_input(container.image, reference)})"
    asked = container.resources
    for value, method in (
        (asked.cpu_request, "set_cpu_request"),
        (asked.cpu_limit, "set_cpu_limit"),
        (_memory(asked.memory_request), "set_memory_request"),
        (_memory(asked.memory_limit), "set_memory_limit"),
        (asked.accelerator_type, "set_accelerator_type"),
        (asked.accelerator_count, "set_accelerator_limit"),
    ):
        if value:
            yield f"{method}({value_or_input(value, reference)})"


def _memory(text: str) -> str:
    """A quantity with a fraction as one without, which alone kfp takes: ``4.294967296G`` is ``4Gi``."""
    if "." not in text or not amount(text).isdecimal():
        return text
    size = int(amount(text))
    return next((f"{size // unit}{suffix}" for suffix, unit in _UNITS if size % unit == 0), str(size))
