"""KSC5xx: what no job can do, so that the step stays in the cluster."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC501", Severity.MANUAL)
def volume(step: str, what: str) -> Says:
    """A step that mounts a volume of the cluster stays in the cluster.

    ## What it does
    Leaves a step in the cluster that mounts a volume claim, a secret or ConfigMap as files, an emptyDir or ephemeral volume,
    or that uses the pipeline's workspace.

    ## Why
    A job runs outside the cluster and sees none of its volumes. Which files of a volume a step reads and writes is in no
    pipeline file, so nothing could be copied for it without guessing.

    ## Example
    ```python
    kubernetes.mount_pvc(train_task, pvc_name="data", mount_path="/data")
    ```

    ## What to do
    Pass the data as artifacts: `Output[Dataset]` in the step that writes it, `Input[Dataset]` in those that read it. Then
    convert again. Small configuration can be a parameter.
    """
    return (
        f"{step} mounts {what}, which a job outside the cluster does not see; it stays in the cluster.",
        "Pass the data as artifacts or parameters, and convert again.",
    )


@rule("KSC502", Severity.MANUAL)
def secret(step: str, secret: str) -> Says:
    """A step that reads a Kubernetes secret stays in the cluster until the configuration says what becomes of the secret.

    ## What it does
    Leaves a step in the cluster that has a secret in its environment, unless the configuration names the secret.

    ## Why
    A job's environment is plain text: everyone who may describe jobs reads it. Nothing secret goes there unasked.

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
    Or accept that it is readable (`policy: environment`). For AWS keys neither is needed: the job has its role.
    """
    return (
        f"{step} has the secret {secret!r} in its environment; it stays in the cluster.",
        f"Say under secrets: in the configuration what becomes of {secret!r}; AWS Secrets Manager is best.",
    )


@rule("KSC503", Severity.MANUAL)
def secret_at_run_time(step: str) -> Says:
    """A step reads a secret whose name is known at run time only.

    ## What it does
    Leaves a step in the cluster that gets the name of its secret from a parameter or another step.

    ## Why
    The configuration says what becomes of a secret by its name, and here the name is not known.

    ## Example
    ```python
    kubernetes.use_secret_as_env(task, secret_name=pipeline_parameter, secret_key_to_env={"key": "KEY"})
    ```

    ## What to do
    Write the secret's name in the pipeline, and convert again.
    """
    return f"{step} reads a secret whose name is known at run time only; it stays in the cluster.", "Write the name out."


@rule("KSC504", Severity.MANUAL)
def unknown_setting(step: str, setting: str) -> Says:
    """A step has a Kubernetes setting that this version does not know.

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
    return f"{step} has the Kubernetes setting {setting}, unknown here; it stays in the cluster.", "Remove it if not needed."


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


@rule("KSC507", Severity.MANUAL)
def custom_path(step: str) -> Says:
    """A step that leaves an output at a path of its own choice stays in the cluster.

    ## What it does
    Leaves Python steps in the cluster whose source calls `set_path` of an artifact, or sets its `custom_path`.

    ## Why
    A job uploads one directory: the step's own folder, below which KFP puts every output. What lies elsewhere stays in
    the job, and is known only once the program has ended.

    ## Example
    ```python
    model.set_path("/tmp/model")
    ```

    ## What to do
    Write to `model.path`, which is in that folder; a suffix may be added to it. Then convert again.
    """
    return (
        f"{step} gives an artifact a path of its own, outside of what a job uploads; it stays in the cluster.",
        "Write to the artifact's own path, and convert again.",
    )


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
