"""A step's original command and environment, as the kubelet and KFP's launcher would have handed them to the program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kfp_sagemaker.container_step.placeholders import Filling, fill, fill_text
from kfp_sagemaker.container_step.step_spec import StepSpec
from kfp_sagemaker.errors import InvalidInput, Violation, shorten
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

    words: list[str] = []
    problems: list[Violation] = []
    for written in (*spec.command, *spec.args):
        for word in fill((written,), filling, prepare):
            words.append(word)
            problems += _impossible(word, f"element {len(words)} of the command, {shorten(written)},")
    if problems:
        raise InvalidInput("step", problems)
    return Command(tuple(words), environment, keeps_entrypoint=not fill(spec.command, filling, prepare))


def _impossible(word: str, where: str) -> Iterator[Violation]:
    size = len(word.encode("utf-8", "surrogatepass"))
    if size > LONGEST_ARGUMENT:
        yield Violation("command", f"{where} has {size} bytes; an argument of a program on Linux has at most "
                                   f"{LONGEST_ARGUMENT}, in a pod as in a job: hand large values over as artifacts")
    if "\0" in word:
        yield Violation("command", f"{where} holds a NUL character, which no program can be given")


def resolved_image(spec: StepSpec, filling: Filling) -> str:
    """The image, which may be a placeholder (``set_container_image`` with a parameter)."""
    return fill_text(spec.image, filling)
