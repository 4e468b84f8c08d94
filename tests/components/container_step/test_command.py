"""The command of a moved step: variables as the kubelet expands them, what no program can be given refused."""

from __future__ import annotations

import pytest
from kfp_sagemaker.container_step.command import (
    LONGEST_ARGUMENT,
    resolved_command,
    resolved_image,
)
from kfp_sagemaker.container_step.placeholders import Filling
from kfp_sagemaker.container_step.step_spec import StepSpec
from kfp_sagemaker.errors import InvalidInput

from .executor_inputs import executor_input

GIVEN = Filling(executor_input({"v": "$(A) $$", "tag": "2"}))


def test_what_a_placeholder_brings_is_not_expanded() -> None:
    spec = StepSpec("i", ("echo", "$(A)"), ("{{$.inputs.parameters['v']}}", '{"Concat": ["$(A)", "-"]}'), env=(("A", "1"),))
    command = resolved_command(spec, GIVEN)
    assert command.words == ("echo", "1", "$(A) $$", "1-")
    assert command.environment == {"A": "1"}
    assert not command.keeps_entrypoint


def test_arguments_alone_keep_the_images_entry_point() -> None:
    assert resolved_command(StepSpec("i", args=("--x",)), GIVEN).keeps_entrypoint


def test_the_image_may_be_a_placeholder() -> None:
    assert resolved_image(StepSpec("repo/i:{{$.inputs.parameters['tag']}}"), GIVEN) == "repo/i:2"


def test_an_argument_that_linux_does_not_take_is_refused() -> None:
    resolved_command(StepSpec("i", ("echo", "x" * LONGEST_ARGUMENT)), GIVEN)
    with pytest.raises(InvalidInput, match=r"element 2 of the command: has 131072 bytes.*hand large values over as artifacts"):
        resolved_command(StepSpec("i", ("echo", "é" * 65_536)), GIVEN)
    with pytest.raises(InvalidInput, match="NUL"):
        resolved_command(StepSpec("i", ("echo", "a\0b")), GIVEN)
