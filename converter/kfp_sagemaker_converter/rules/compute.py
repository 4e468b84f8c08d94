"""KSC4xx: which instance a step gets."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC401", Severity.INFO)
def chosen_at_run_time(inputs: str) -> Says:
    """The instance type is chosen when the step runs.

    ## What it does
    Leaves the choice to the step's launcher, since CPU, memory or accelerators come from a parameter or another step. The
    launcher gets the list of types that have what is known already, and takes the smallest that fits. What is asked for
    reaches it through inputs that the step declares (`sagemaker_memory`), in place of those that kfp makes for the pod; of a
    request and a limit the larger counts.

    ## Why
    The pipeline stays as flexible as it was. A request that no type fits fails before a job is created.

    ## Example
    ```python
    train().set_cpu_limit(pipeline_parameter).set_memory_limit(sizing_task.output)
    ```

    ## What to do
    Nothing. To have one type in all runs, give the step an `instance_type` in `kfp-sagemaker.yaml`.
    """
    return f"The instance type is chosen when the step runs, by {inputs}.", "An instance_type in a rule would fix it."


@rule("KSC402", Severity.INFO)
def needs_training(name: str, what: str) -> Says:
    """The step runs as a training job.

    ## What it does
    Runs the step's container as a SageMaker training job, since processing jobs do not have what it asks for.

    ## Why
    Types with eight A100 or H100 GPUs and with Trainium are offered for training jobs only. The container does not see the
    difference: command, inputs and outputs are the same.

    ## Example
    ```python
    train().set_accelerator_type("nvidia-h100-80gb").set_accelerator_limit(8)
    ```

    ## What to do
    Nothing. The quota of training jobs for the type counts, not that of processing jobs.
    """
    return f"It runs as a training job: {name} is not for processing jobs ({what}).", "Check its quota for training jobs."


@rule("KSC403", Severity.APPROXIMATE)
def other_accelerator(asked: str, name: str, got: str) -> Says:
    """The accelerator is another one than asked for.

    ## What it does
    Takes the nearest accelerator that SageMaker has, with at least the memory and the compute capability of the one named.

    ## Why
    SageMaker offers no P4, P100, A10, A30 or K80 that today's CUDA runs on. Programs that check the device's name, or that
    were compiled for one architecture only, may notice.

    ## Example
    ```yaml
    nodeSelector: {cloud.google.com/gke-accelerator: nvidia-tesla-p4}
    ```

    ## What to do
    Check that the program runs on it, or give the step an `instance_type` in `kfp-sagemaker.yaml`.
    """
    return f"{asked} is not offered; {name} has {got}.", "Check that the program runs on it, or set an instance_type."


@rule("KSC404", Severity.MANUAL)
def no_such_accelerator(asked: str) -> Says:
    """The accelerator has no counterpart on SageMaker.

    ## What it does
    Leaves the step in the cluster: TPUs, and GPUs of AMD and Intel, are not offered for SageMaker jobs.

    ## Why
    A program for one of them does not run on another without changes.

    ## Example
    ```python
    train().set_accelerator_type("tpu-v3").set_accelerator_limit(8)
    ```

    ## What to do
    Port the program to GPUs or Trainium and give the step an `instance_type` in `kfp-sagemaker.yaml`, or keep it there.
    """
    return f"It stays in the cluster: SageMaker has no counterpart of {asked}.", "Port the program, then set an instance_type."


@rule("KSC405", Severity.MANUAL)
def nothing_large_enough(asked: str, largest: str) -> Says:
    """No instance type has what the step asks for.

    ## What it does
    Leaves the step in the cluster, since no type (of the families that the configuration allows) is that large.

    ## Why
    A smaller one would fail for lack of memory, or run without the GPUs.

    ## Example
    ```python
    train().set_memory_limit("64Ti")
    ```

    ## What to do
    Ask for less, allow more `instance_families`, or give the step an `instance_type` in `kfp-sagemaker.yaml`.
    """
    fix = f"Ask for less, or set an instance_type in a rule; {largest}."
    return f"It stays in the cluster: no instance type has {asked}.", fix


@rule("KSC406", Severity.MANUAL)
def not_a_quantity(which: str, text: str) -> Says:
    """A resource request is no quantity.

    ## What it does
    Passes over the value, and chooses the instance type by the other requests.

    ## Why
    Kubernetes would refuse the pod; what was meant cannot be told.

    ## Example
    ```yaml
    resources: {resourceMemoryLimit: lots}
    ```

    ## What to do
    Correct the request, such as `500m`, `2` or `16Gi`.
    """
    return f"Its {which} {text!r} is no quantity, and is passed over.", "Write it as 500m, 2 or 16Gi."


@rule("KSC407", Severity.APPROXIMATE)
def more_accelerators(asked: str, name: str, got: int, fewer: str) -> Says:
    """The instance has more accelerators than asked for.

    ## What it does
    Takes the smallest type with accelerators of the kind asked for, and says that it has more of them.

    ## Why
    A100 GPUs, for one, come in eights only. The program sees all of them, and all of them are paid for.

    ## Example
    ```python
    train().set_accelerator_type("nvidia-tesla-a100").set_accelerator_limit(1)
    ```

    ## What to do
    If another kind will do, give the step the `instance_type` that the message names. If the program must use as many
    devices as it asked for, set `CUDA_VISIBLE_DEVICES` in it.
    """
    fix = f"If another kind will do, set an instance_type: {fewer}." if fewer else "Check that the program copes with it."
    return f"It asks for {asked}; {name} has {got}.", fix


@rule("KSC408", Severity.APPROXIMATE)
def node_labels_dropped(labels: str) -> Says:
    """Node labels mean nothing on SageMaker.

    ## What it does
    Drops conditions on nodes that say nothing about hardware that SageMaker has: node pools, zones, labels of one's own,
    instance types and families of other clouds or without an ml.* counterpart. Those that name instance types, families,
    accelerators, the architecture or the operating system are followed.

    ## Why
    A job has instances of its own; there are no nodes to select.

    ## Example
    ```yaml
    nodeSelector: {pool: high-memory}
    ```

    ## What to do
    If the label stands for hardware, give the step an `instance_type` in `kfp-sagemaker.yaml`.
    """
    return f"Its conditions on nodes are dropped: {labels}.", "If they stand for hardware, set an instance_type in a rule."


@rule("KSC409", Severity.MANUAL)
def wrong_architecture(architecture: str) -> Says:
    """The step needs another architecture, or another operating system.

    ## What it does
    Leaves the step in the cluster: processing and training jobs run images for x86_64 (linux/amd64). A step that a rule
    of the configuration moves is taken to have such an image.

    ## Why
    An image for arm64 does not start there.

    ## Example
    ```yaml
    nodeSelector: {kubernetes.io/arch: arm64}
    ```

    ## What to do
    Build the image for linux/amd64, and give the step `placement: move` in `kfp-sagemaker.yaml`; where the image has another
    name, under `images` too.
    """
    return f"It stays in the cluster: it asks for nodes of {architecture}.", "Build for linux/amd64 and set placement: move."


@rule("KSC410", Severity.INFO)
def spot_nodes(label: str) -> Says:
    """The step ran on spot nodes.

    ## What it does
    Runs the job on instances that are not interrupted, and says that the step had asked for spot nodes.

    ## Why
    On SageMaker spot instances are of training jobs, need a longest time to wait, and a program that goes on from
    checkpoints. That is decided, not guessed.

    ## Example
    ```yaml
    nodeSelector: {eks.amazonaws.com/capacityType: SPOT}
    ```

    ## What to do
    If the program writes checkpoints, give the step `service: training`, `spot_instance: true` and `max_wait_time`.
    """
    return f"It ran on spot nodes ({label}); the job does not.", "For spot: service training, spot_instance, max_wait_time."


@rule("KSC411", Severity.INFO)
def not_of_processing_jobs(settings: str) -> Says:
    """A setting is for training jobs only.

    ## What it does
    Leaves the setting out: the configuration has it in `defaults` or in a wider rule, and says `service: processing` for this
    step.

    ## Why
    Processing jobs have neither spot instances, checkpoints, warm pools nor private registries.

    ## Example
    ```yaml
    defaults: {keep_alive: 600}
    steps:
      - {name: report, service: processing}
    ```

    ## What to do
    Nothing. If the step needs it, leave `service` out, or set `service: training`.
    """
    return f"It runs as a processing job, which does not have {settings}.", "If it needs that, set service: training."
