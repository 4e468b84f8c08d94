"""A step's original command and environment, as the kubelet and KFP's launcher would have handed them to the program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kfp_sagemaker.container_step.placeholders import Filling, fill, fill_text
from kfp_sagemaker.container_step.step_spec import StepSpec
from kfp_sagemaker.errors import InvalidInput, Violation
from kfp_sagemaker.variable_expansion import expanded, expanded_environment

#: Bytes that one argument of a program may have on Linux: MAX_ARG_STRLEN, less its closing NUL.
LONGEST_ARGUMENT = 131_071


@dataclass(frozen=True)
class Command:
    """What the user's container runs. ``keeps_entrypoint``: only arguments were given, for the image's own entry point."""

    words: tuple[str, ...]
    environment: Mapping[str, str]
    keeps_entrypoint: bool


def resolved_command(spec: StepSpec, filling: Filling) -> Command:
    """The command with variables expanded and placeholders filled. Raises InvalidInput for what no program can be given."""
    environment = expanded_environment(spec.env)

    def prepare(text: str) -> str:
        return expanded(text, environment)

    command, arguments = fill(spec.command, filling, prepare), fill(spec.args, filling, prepare)
    words = (*command, *arguments)
    problems = []
    for position, word in enumerate(words):
        size = len(word.encode("utf-8", "surrogatepass"))
        where = f"element {position + 1} of the command"
        if size > LONGEST_ARGUMENT:
            problems.append(Violation(where, f"has {size} bytes, and one argument of a program on Linux has at most "
                                             f"{LONGEST_ARGUMENT}: hand large values over as artifacts"))
        if "\0" in word:
            problems.append(Violation(where, "holds a NUL character, which no program can be given"))
    if problems:
        raise InvalidInput("step", problems)
    return Command(words, environment, keeps_entrypoint=not command)


def resolved_image(spec: StepSpec, filling: Filling) -> str:
    """The image, which may be a placeholder (``set_container_image`` with a parameter)."""
    return fill_text(spec.image, filling)
