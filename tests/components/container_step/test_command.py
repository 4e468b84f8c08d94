"""The command of a moved step: variables as the kubelet expands them, what no program can be given refused."""

from __future__ import annotations

import pytest
from kfp_sagemaker.container_step.command import resolved_command, resolved_image
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


def test_each_word_is_told_by_what_was_written() -> None:
    spec = StepSpec("i", ("echo", '{"IfPresent": {"InputName": "v", "Then": ["a", "b"]}}', "{{$.inputs.parameters['tag']}}"))
    command = resolved_command(spec, GIVEN)
    assert command.words == ("echo", "a", "b", "2")
    assert command.written == (spec.command[0], spec.command[1], spec.command[1], spec.command[2])


def test_an_argument_that_no_program_can_be_given_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"element 2 of the command, .*NUL"):
        resolved_command(StepSpec("i", ("echo", "a\0b")), GIVEN)
