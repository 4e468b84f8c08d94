"""KSC5xx: what no job can do, so that the step stays in the cluster."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC501", Severity.MANUAL)
def volume(step: str, what: str) -> Says:
    """A step with a volume that no job can have stays in the cluster.

    ## What it does
    Leaves a step in the cluster that uses the pipeline's workspace, or an ephemeral volume that exceeds the storage of any job
    (16,384 GiB).

    ## Why
    A workspace is a volume that all steps of a run share. A job runs outside the cluster and does not see it, and which files
    of it a step reads and writes is in no pipeline file.

    ## Example
    ```python
    train(data_path=dsl.WORKSPACE_PATH_PLACEHOLDER + "/data")
    ```

    ## What to do
    Pass the data as artifacts: `Output[Dataset]` in the step that writes it, `Input[Dataset]` in those that read it. Then
    convert again. Small configuration can be a parameter.
    """
    return (
        f"{step} mounts {what}, which no job outside the cluster has; it stays in the cluster.",
        "Pass the data as artifacts or parameters, and convert again.",
    )


@rule("KSC502", Severity.MANUAL)
def secret(step: str, secret: str, how: str) -> Says:
    """A step that reads a Kubernetes secret stays in the cluster until the configuration says what becomes of the secret.

    ## What it does
    Leaves a step in the cluster that has a secret in its environment or mounts it as files, unless the configuration names
    the secret.

    ## Why
    A job's environment is plain text: everyone who may describe jobs reads it. Nothing secret goes there, or to S3, unasked.

    ## Example
    ```python
    kubernetes.use_secret_as_env(task, secret_name="database", secret_key_to_env={"password": "DB_PASSWORD"})
    ```

    ## What to do
    Keep the secret in AWS Secrets Manager, and say so; the job then reads it when it starts:
    ```yaml
    secrets:
      database: {policy: secrets_manager, arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:database"}
    ```
    Files become those of the secret's members there, `password` and so on. Or accept that it is readable
    (`policy: environment`). For AWS keys neither is needed: the job has its role.
    """
    return (
        f"{step} has the secret {secret!r} {how}; it stays in the cluster.",
        f"Say under secrets: in the configuration what becomes of {secret!r}; AWS Secrets Manager is best.",
    )


@rule("KSC503", Severity.MANUAL)
def secret_at_run_time(step: str, name: str) -> Says:
    """A step reads a secret whose name is known at run time only.

    ## What it does
    Leaves a step in the cluster that gets the name of its secret from a parameter or another step, unless the configuration
    says what becomes of it, under the name of that parameter or of the step's task.

    ## Why
    As for KSC502: nothing secret leaves the cluster unasked.

    ## Example
    ```python
    kubernetes.use_secret_as_env(task, secret_name=credentials, secret_key_to_env={"key": "KEY"})    # a pipeline parameter
    ```

    ## What to do
    Say what becomes of it, whichever secret it is:
    ```yaml
    secrets:
      credentials: {policy: environment}
    ```
    Or write the secret's name in the pipeline, and convert again.
    """
    return (
        f"{step} reads a secret whose name is known at run time only ({name}); it stays in the cluster.",
        f"Say under secrets: in the configuration what becomes of {name!r}; or write the secret's name out.",
    )


@rule("KSC504", Severity.MANUAL)
def unknown_setting(step: str, setting: str) -> Says:
    """A step has a setting, of Kubernetes or of its container, that this version does not know.

    ## What it does
    Leaves the step in the cluster, where the setting counts.

    ## Why
    It may matter for the step, and dropping it in silence could change what the step does.

    ## Example
    ```yaml
    exec-train: {someNewSetting: {}}
    ```

    ## What to do
    Remove the setting if a job does not need it, and convert again.
    """
    return f"{step} has the setting {setting}, unknown here; it stays in the cluster.", "Remove it if not needed."


@rule("KSC505", Severity.MANUAL)
def needs_task_config(step: str) -> Says:
    """A step that is given its task's Kubernetes configuration stays in the cluster.

    ## What it does
    Leaves steps with an input of type TASK_CONFIG in the cluster.

    ## Why
    Such a step starts further pods with the settings of its own: its work is in the cluster.

    ## Example
    ```python
    @dsl.component(task_config_passthroughs=[dsl.TaskConfigField.RESOURCES])
    def train(task_config: dsl.TaskConfig): ...
    ```

    ## What to do
    Nothing, or replace the step by `kfp_sagemaker.v1.train`.
    """
    return f"{step} starts pods of its own with its task's configuration; it stays in the cluster.", "Nothing to do."


@rule("KSC506", Severity.MANUAL)
def pre_cache_check(step: str) -> Says:
    """A step with a pre-cache check stays in the cluster.

    ## What it does
    Leaves steps with `lifecycle.preCacheCheck` in the cluster.

    ## Why
    The check runs a program of the step's image in the pod before the cache is asked. A moved step's pod has another image.

    ## Example
    ```yaml
    container: {image: tool, lifecycle: {preCacheCheck: {command: [check]}}}
    ```

    ## What to do
    Remove the check; open-source KFP does not run it.
    """
    return f"{step} has a pre-cache check, which runs in its image; it stays in the cluster.", "Remove the check."


@rule("KSC508", Severity.MANUAL)
def variable_name(step: str, name: str) -> Says:
    """A step has an environment variable whose name no shell can set.

    ## What it does
    Leaves a step in the cluster that has such a variable.

    ## Why
    A job's command and environment are carried by a script for `sh`, because a request's elements are too short for them.
    Kubernetes takes dots and dashes in names; `sh` does not.

    ## Example
    ```python
    task.set_env_variable("spark.driver.memory", "4g")
    ```

    ## What to do
    Give the variable a name of letters, digits and underscores, and convert again.
    """
    return (
        f"{step} has the environment variable {name!r}, which no shell can set; it stays in the cluster.",
        "Rename the variable to letters, digits and underscores.",
    )


@rule("KSC509", Severity.MANUAL)
def claim_without_stand_in(step: str, claim: str) -> Says:
    """A step that mounts a volume claim stays in the cluster until the configuration says what stands for the claim.

    ## What it does
    Leaves a step in the cluster that mounts a volume claim, unless the configuration names the claim. A claim whose name is
    known at run time only goes by the name of the task that makes it, or of the parameter that names it.

    ## Why
    A job runs outside the cluster and sees none of its volumes. Which files of a volume a step reads and writes is in no
    pipeline file, so nothing could be copied for it without guessing.

    ## Example
    ```python
    kubernetes.mount_pvc(train_task, pvc_name="data", mount_path="/data")
    ```

    ## What to do
    Best, pass the data as artifacts: `Output[Dataset]` in the step that writes it, `Input[Dataset]` in those that read it.
    Or say what stands for the claim, one of:
    ```yaml
    volume_claims:
      data: {efs: fs-0123456789abcdef0, directory: /data}        # Amazon EFS, read and written; needs a VPC
      data: {fsx: fs-0123456789abcdef0, directory: /fsx/data}    # FSx for Lustre, likewise
      data: {s3: s3://my-bucket/data}                            # objects in S3, only read
    ```
    The step then runs as a training job, since only these have file systems. There is no stand-in in S3 for a claim that
    steps write to: a copy brought back after a step would not show what was deleted, and of two steps that run side by side,
    one would undo what the other wrote.
    """
    return (
        f"{step} mounts the volume claim {claim!r}, which a job outside the cluster does not see; it stays in the cluster.",
        "Pass the data as artifacts; or write into kfp-sagemaker.yaml, under volume_claims:, what stands for it: "
        f"{claim}: {{efs: fs-ID, directory: /PATH}}, or {{s3: s3://BUCKET/PREFIX}} for one that is only read.",
    )


@rule("KSC510", Severity.MANUAL)
def volume_without_shell(step: str, what: str, why: str) -> Says:
    """A step with a volume stays in the cluster when its job cannot start with a script.

    ## What it does
    Leaves a step in the cluster that mounts something and has an image without a shell (`shell: false`), or no command.

    ## Why
    A script makes directories and files at the volume's path before it starts the command. A request alone can only put
    files below `/opt/ml`, and cannot start an image's own entry point after a script, because only the image knows it.

    ## Example
    ```python
    dsl.ContainerSpec(image="tool:1", args=["--verbose"])    # no command
    ```

    ## What to do
    Name the image's entry point as `command` (`docker image inspect` shows it), or use an image with `sh`.
    """
    return (
        f"{step} mounts {what}, and {why}, so that no script can put it in place; it stays in the cluster.",
        "Name the image's entry point as command, or use an image with sh.",
    )


@rule("KSC511", Severity.MANUAL)
def claim_needs_training(step: str, claim: str) -> Says:
    """A step with a volume claim is to be a processing job, which has no file systems.

    ## What it does
    Leaves a step in the cluster whose volume claim has a stand-in, and for which the configuration says
    `service: processing`.

    ## Why
    Only training jobs have file systems.

    ## Example
    ```yaml
    volume_claims: {data: {efs: fs-0123456789abcdef0}}
    defaults: {service: processing}
    ```

    ## What to do
    Leave `service` out, or set it to `training` for the step.
    """
    return (
        f"{step} mounts the volume claim {claim!r}, which processing jobs cannot have; it stays in the cluster.",
        "Leave service: out of the configuration, or set it to training for this step.",
    )
