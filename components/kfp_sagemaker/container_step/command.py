"""A step's original command and environment, as the kubelet and KFP's launcher would have handed them to the program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kfp_sagemaker.container_step.placeholders import Filling, fill, fill_text
from kfp_sagemaker.container_step.step_spec import StepSpec
from kfp_sagemaker.errors import InvalidInput, Violation, shorten
from kfp_sagemaker.variable_expansion import expanded, expanded_environment


@dataclass(frozen=True)
class Command:
    """What the user's container runs. ``keeps_entrypoint``: only arguments were given, for the image's own entry point.

    ``written`` has for each word the text that it was made of.
    """

    words: tuple[str, ...]
    environment: Mapping[str, str]
    keeps_entrypoint: bool
    written: tuple[str, ...] = ()


def resolved_command(spec: StepSpec, filling: Filling) -> Command:
    """The command with variables expanded and placeholders filled. Raises InvalidInput for a NUL in it."""
    environment = expanded_environment(spec.env)

    def prepare(text: str) -> str:
        return expanded(text, environment)

    made = [(word, text) for text in (*spec.command, *spec.args) for word in fill((text,), filling, prepare)]
    problems = [
        Violation("command", f"element {position} of the command, {shorten(text)}, holds a NUL character, which no program "
                             "can be given") for position, (word, text) in enumerate(made, 1) if "\0" in word
    ]  # fmt: skip
    if problems:
        raise InvalidInput("step", problems)
    words, written = tuple(word for word, _ in made), tuple(text for _, text in made)
    return Command(words, environment, not fill(spec.command, filling, prepare), written)


def resolved_image(spec: StepSpec, filling: Filling) -> str:
    """The image, which may be a placeholder (``set_container_image`` with a parameter)."""
    return fill_text(spec.image, filling)
