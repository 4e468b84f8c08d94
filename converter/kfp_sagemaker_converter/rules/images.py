"""KSC706 to KSC708, KSC716: the images of moved steps."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC706", Severity.MANUAL)
def image_without_target(image: str) -> Says:
    """An image is not in ECR, and nothing says where it should be.

    ## What it does
    Leaves the image of a moved step as it is written.

    ## Why
    SageMaker pulls from ECR only, except for training jobs with a private registry in a VPC.

    ## Example
    ```yaml
    registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror     # in kfp-sagemaker.yaml
    ```

    ## What to do
    Name a registry, or the image under `images`, in the configuration. `images.txt` lists what has to be copied.
    """
    return (
        f"SageMaker cannot pull {image}: it is not in ECR.",
        "Set registry: or images: in the configuration, and copy the image there.",
    )


@rule("KSC707", Severity.MANUAL)
def image_to_copy(image: str, target: str) -> Says:
    """An image has to be copied to ECR.

    ## What it does
    Lets the moved step run a copy of its image in the registry of the configuration.

    ## Why
    SageMaker pulls from ECR. The converter does not copy images: it needs no credentials at all.

    ## Example
    ```
    python:3.11 -> 123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror/python:3.11
    ```

    ## What to do
    Copy it (`images.txt` has both names), for instance with `crane copy` or an ECR pull-through cache. What is there already
    can be listed under `images` in the configuration; it is not mentioned then.
    """
    return f"{image} has to be copied to {target}.", "Copy it; images.txt lists all. List copied ones under images:."


@rule("KSC708", Severity.APPROXIMATE)
def image_at_run_time(step: str, image: str) -> Says:
    """An image is known at run time only.

    ## What it does
    Lets the launcher fill in the image when the step runs.

    ## Why
    It comes from a parameter or another step. Whether SageMaker can pull it shows then.

    ## Example
    ```python
    task.set_container_image(pipeline_parameter)
    ```

    ## What to do
    See that the value names an image in ECR.
    """
    return f"{step}'s image {image} is known at run time only.", "See that it names an image in ECR."


@rule("KSC716", Severity.MANUAL)
def target_outside_ecr(image: str, target: str) -> Says:
    """The configuration maps an image to one that is not in ECR.

    ## What it does
    Lets the job have the image that `images` says, and says that SageMaker does not pull it.

    ## Why
    SageMaker pulls from private repositories in ECR only, except for training jobs with a private registry in a VPC.

    ## Example
    ```yaml
    images: {"python:3.11": docker.io/team/python:3.11}
    ```

    ## What to do
    Name the image's copy in ECR. For a registry in a VPC, set `registry_access: Vpc` for the step.
    """
    return f"{image} is mapped to {target}, which is not in ECR.", "Name its copy in ECR, or set registry_access: Vpc."
