"""The images of moved steps: which run instead, and which have to be copied."""

from __future__ import annotations

from collections.abc import Iterable

from kfp_sagemaker.container_step.step_spec import StepSpec

from kfp_sagemaker_converter.configuration.configuration import Configuration, is_in_ecr
from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.model import Container
from kfp_sagemaker_converter.passes.steps import Step
from kfp_sagemaker_converter.rules import images as rules


def about_images(
    moved: Iterable[tuple[Step, StepSpec]], configuration: Configuration
) -> tuple[dict[str, str], list[Diagnostic]]:
    """Image to the one that runs instead, as far as a person has to copy it, and what there is to say; once an image."""
    to_copy: dict[str, str] = {}
    seen: set[str] = set()
    found = []
    for step, spec in moved:
        image = step.executor.image if isinstance(step.executor, Container) else ""
        at = step.executor.location
        if image in seen or spec.job.registry_access == "Vpc":
            continue
        seen.add(image)
        if "{{" in image:
            found.append(rules.image_at_run_time(at, step.name, step.name, image))
        elif is_in_ecr(image):
            continue
        elif spec.image == image:
            to_copy[image] = ""
            found.append(rules.image_without_target(at, image, image))
        elif configuration.maps(image):
            if not is_in_ecr(spec.image):
                found.append(rules.target_outside_ecr(at, image, image, spec.image))
        else:
            to_copy[image] = spec.image
            found.append(rules.image_to_copy(at, image, image, spec.image))
    return to_copy, found
