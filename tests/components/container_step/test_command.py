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
    large = Filling(executor_input({"text": "é" * 65_536}))
    with pytest.raises(InvalidInput) as refused:
        resolved_command(StepSpec("i", ("echo", "--text={{$.inputs.parameters['text']}}")), large)
    assert ("element 2 of the command, \"--text={{$.inputs.parameters['text']}}\", has 131079 bytes; an argument of a "
            "program on Linux has at most 131071, in a pod as in a job: hand large values over as artifacts"
            ) in str(refused.value)
    with pytest.raises(InvalidInput, match="NUL"):
        resolved_command(StepSpec("i", ("echo", "a\0b")), GIVEN)
