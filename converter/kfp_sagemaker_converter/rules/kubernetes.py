"""KSC6xx: Kubernetes settings of steps that move."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC601", Severity.INFO)
def deadline(step: str, seconds: int) -> Says:
    """A pod's deadline becomes the job's longest run time.

    ## What it does
    Makes `activeDeadlineSeconds` of a step the job's MaxRuntimeInSeconds.

    ## Why
    The pod of a moved step only waits for the job; the limit is meant for the work.

    ## Example
    ```python
    kubernetes.set_timeout(task, seconds=3600)
    ```

    ## What to do
    Nothing. The job's time does not include waiting for instances.
    """
    return f"{step}'s deadline of {seconds} seconds is now the job's longest run time.", "Nothing to do."


@rule("KSC602", Severity.INFO)
def pod_metadata(step: str, count: int) -> Says:
    """Labels and annotations of a pod become tags of the job.

    ## What it does
    Makes labels and annotations of a step's pod tags of its job, as far as they fit: 40 tags, keys of 128 and values of 256
    letters, digits, spaces and `_.:/=+-@`.

    ## Why
    Both are for finding things and for sharing costs.

    ## Example
    ```python
    kubernetes.add_pod_label(task, "team", "search")
    ```

    ## What to do
    Nothing, unless something in the cluster selects pods by the label: the pod has it no more.
    """
    return f"{count} labels and annotations of {step}'s pod are now tags of its job.", "Nothing to do."


@rule("KSC603", Severity.INFO)
def secrets_carried(step: str, what: str) -> Says:
    """Secrets reach the job as the configuration says.

    ## What it does
    Gives a job the secrets that its step has in its environment or mounts as files, by the policy of the configuration: read
    from AWS Secrets Manager when the job starts, or copied into the job's environment. Files are those that the step knows:
    members of the secret in AWS Secrets Manager, or what the job's script writes out of its environment.

    ## Why
    The configuration says so for each secret by name.

    ## Example
    ```yaml
    secrets:
      database: {policy: secrets_manager, arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:database"}
    ```

    ## What to do
    Nothing. What is copied into the environment (`policy: environment`) can be read by everyone who may describe jobs.
    """
    return f"{step} gets the secrets {what} as the configuration says.", "Nothing to do."


@rule("KSC604", Severity.APPROXIMATE)
def environment_of_pod(step: str, variables: str) -> Says:
    """Variables that come from a ConfigMap, or from the pod's fields, are handed on to the job.

    ## What it does
    Leaves `configMapAsEnv` and `fieldPathAsEnv` with the step's pod, whose launcher copies the variables into the job's
    environment.

    ## Why
    Only the cluster knows them. The fields of the pod (its name, its node) are those of the pod that submits the job.

    ## Example
    ```python
    kubernetes.use_config_map_as_env(task, config_map_name="settings", config_map_key_to_env={"url": "URL"})
    ```

    ## What to do
    See that no value is longer than 256 characters or secret: everyone who may describe jobs can read them.
    """
    return f"{step}'s variables {variables} are read in the pod and handed on to the job.", "See that none is secret."


@rule("KSC605", Severity.APPROXIMATE)
def setting_dropped(step: str, setting: str) -> Says:
    """A Kubernetes setting has no meaning for a job.

    ## What it does
    Leaves out settings that say beside which pods a pod runs, as whom, and how its image is pulled: `podAffinity`,
    `tolerations`, `imagePullSecret`, `imagePullPolicy`, `securityContext`, `enabledSharedMemory`.

    ## Why
    A job runs on instances of its own type, alone, with the image that ECR has, as the user that the image names.

    ## Example
    ```python
    kubernetes.set_image_pull_secrets(task, ["registry"])
    ```

    ## What to do
    Nothing in general. A program that needs root, or another user, gets it from its image.
    """
    return f"{step}'s {setting} has no meaning for a job and is left out.", "Nothing to do in general."


@rule("KSC611", Severity.APPROXIMATE)
def deadline_shortened(step: str, service: str, seconds: int) -> Says:
    """A pod's deadline is longer than a job may run.

    ## What it does
    Gives the job the longest time there is: nine days for processing jobs, four weeks for training jobs.

    ## Why
    SageMaker refuses more.

    ## Example
    ```python
    kubernetes.set_timeout(task, seconds=30 * 24 * 3600)
    ```

    ## What to do
    If a processing job is to run for longer, give the step `service: training`.
    """
    fix = "service: training runs for longer." if service == "processing" else "Nothing, unless it takes longer."
    return f"{step}'s job ends after {seconds} seconds, the longest for {service} jobs.", fix
