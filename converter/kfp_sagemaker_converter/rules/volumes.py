"""KSC606 to KSC610: what stands in a job for the volumes of a step that moves."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC606", Severity.INFO)
def directory_of_job(step: str, what: str, path: str) -> Says:
    """An emptyDir or ephemeral volume becomes a directory of the job.

    ## What it does
    Makes an empty directory, which anybody may write to, at the path of the volume before the step's command starts. What
    `size_limit` or `size` says is added to the job's storage (`volume_size`).

    ## Why
    Such a volume is empty when the pod starts and gone when it ends, and so is a job's storage.

    ## Example
    ```python
    kubernetes.empty_dir_mount(task, volume_name="scratch", mount_path="/scratch", size_limit="20Gi")
    ```

    ## What to do
    Nothing. The limit itself does not hold in a job. A volume hides what the image has at that path, and the directory does
    not: the job's log says so when there is something. An image without `sh` needs another way (KSC510).
    """
    return f"{step} gets a directory of its job at {path} for {what}.", "Nothing to do."


@rule("KSC607", Severity.APPROXIMATE)
def memory_as_directory(step: str, path: str) -> Says:
    """A volume in memory becomes a directory on disk.

    ## What it does
    As KSC606, for an emptyDir of the medium `Memory`.

    ## Why
    Nothing in a job's request makes a file system in memory. `/dev/shm` is one in every container: a volume mounted there is
    left to it, with the size that the job's container has.

    ## Example
    ```python
    kubernetes.empty_dir_mount(task, volume_name="cache", mount_path="/cache", medium="Memory", size_limit="1Gi")
    ```

    ## What to do
    Check that the step does not need the speed of memory. If it does, choose an instance type with NVMe storage.
    """
    return f"{step}'s volume in memory at {path} is on disk in its job.", "Check that it does not need memory's speed."


@rule("KSC608", Severity.APPROXIMATE)
def files_of_pod(step: str, path: str) -> Says:
    """The files of a ConfigMap are handed on to the job.

    ## What it does
    Leaves the ConfigMap with the step's pod, whose launcher copies its files to the step's own folder in S3 when it makes the
    job. In the job they are at the path that the step knows. One that is optional may be missing.

    ## Why
    Only the cluster knows what is in a ConfigMap.

    ## Example
    ```python
    kubernetes.use_config_map_as_volume(task, config_map_name="settings", mount_path="/etc/settings")
    ```

    ## What to do
    See that no file is secret: whoever may read the bucket reads them. A change of the ConfigMap reaches the next job, not one
    that runs; and files that the image has in that directory are not hidden, of which the job's log tells.
    """
    return f"{step}'s files at {path} are read in the pod and handed on to the job.", "See that none is secret."


@rule("KSC609", Severity.APPROXIMATE)
def claim_from_s3(step: str, claim: str, uri: str) -> Says:
    """Objects in S3 stand for a volume claim that is only read.

    ## What it does
    Runs the step as a training job with a channel of mode FastFile, and makes the claim's path lead to it.

    ## Why
    The configuration says so for the claim by name. The channel is read-only, so that a step which writes to the claim after
    all fails, instead of losing what it wrote.

    ## Example
    ```yaml
    volume_claims:
      data: {s3: s3://my-bucket/data}
    ```

    ## What to do
    See that the prefix holds what the claim holds. Permissions, links and empty directories do not exist in S3. The path
    itself is a link in the job: `find /data` has to be `find /data/`.
    """
    return f"{step} reads {uri} where it mounts the volume claim {claim}.", "See that the prefix holds what the claim holds."


@rule("KSC610", Severity.APPROXIMATE)
def claim_on_file_system(step: str, claim: str, file_system: str) -> Says:
    """A file system stands for a volume claim.

    ## What it does
    Runs the step as a training job with a channel on the file system, and makes the claim's path lead to it.

    ## Why
    The configuration says so for the claim by name. Only training jobs have file systems, and they reach them through a VPC.

    ## Example
    ```yaml
    volume_claims:
      data: {efs: fs-0123456789abcdef0, directory: /data}
    ```

    ## What to do
    When it is the file system behind the claim, nothing: steps in the cluster and jobs share it. When it is another, copy
    what the claim holds. A claim that the pipeline makes itself is new in each run, and the directory is not: what one run
    leaves, the next one finds. The path itself is a link in the job: `find /data` has to be `find /data/`.

    The security groups have to let the job reach it (EFS: port 2049, Lustre: 988), and a file system policy, where EFS has
    one, has to allow the job's role; the policies in `iam/` do not speak of file systems.
    """
    return (
        f"{step} has the file system {file_system} where it mounts the volume claim {claim}.",
        "See that it holds what the claim holds.",
    )
