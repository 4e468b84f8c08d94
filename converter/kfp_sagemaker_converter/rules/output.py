"""KSC7xx: the pipeline as it comes out, and what it needs to run; images: ``images``, Python: ``python_source``."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC701", Severity.MANUAL)
def role_is_required(parameter: str) -> Says:
    """The role of the jobs is asked for with every run.

    ## What it does
    Makes the role a pipeline parameter without a default, because the configuration has none.

    ## Why
    Every job runs as an IAM role, and which one is nobody's guess. A pipeline parameter without a default cannot be forgotten:
    KFP refuses to start the run.

    ## Example
    ```yaml
    role: arn:aws:iam::123456789012:role/sagemaker-jobs    # in kfp-sagemaker.yaml
    ```

    ## What to do
    Put the role into the configuration, or give it with every run. `iam/` has the policies it needs.
    """
    return f"Every run has to give the parameter {parameter}, the jobs' IAM role.", "Put role: into the configuration."


@rule("KSC702", Severity.MANUAL)
def no_bucket(root: str) -> Says:
    """The pipeline has no root in S3.

    ## What it does
    Leaves the pipeline root as it is, because the configuration names no bucket.

    ## Why
    Jobs read and write artifacts where KFP keeps them. KFP's default (`minio://`) is inside the cluster, where no job comes. A
    moved step that meets such a URI fails before it submits anything.

    ## Example
    ```yaml
    bucket: my-team-pipelines    # in kfp-sagemaker.yaml
    ```

    ## What to do
    Put the bucket into the configuration, or set an S3 root for the run or for the whole KFP installation.
    """
    return (
        f"The pipeline root is {root or 'the default of the KFP installation'}, which may be no place in S3.",
        "Put bucket: into the configuration, or run with an s3:// pipeline root.",
    )


@rule("KSC703", Severity.INFO)
def root_set(root: str) -> Says:
    """The pipeline gets a root in S3.

    ## What it does
    Sets `defaultPipelineRoot` of a pipeline that had none to the bucket of the configuration.

    ## Why
    KFP's default root (`minio://`) is inside the cluster, where no job comes.

    ## Example
    ```yaml
    defaultPipelineRoot: s3://my-team-pipelines/kfp
    ```

    ## What to do
    Nothing, when the cluster may use the bucket: the report says what it needs.
    """
    return f"The pipeline root is now {root}.", "Nothing to do when the cluster may read and write there."


@rule("KSC704", Severity.APPROXIMATE)
def root_replaced(before: str, root: str) -> Says:
    """The pipeline's root is moved to S3.

    ## What it does
    Replaces a `defaultPipelineRoot` outside S3 by the bucket of the configuration.

    ## Why
    Jobs reach nothing but S3. What earlier runs wrote stays where it is.

    ## Example
    ```yaml
    defaultPipelineRoot: gs://bucket/root     # becomes s3://my-team-pipelines/kfp
    ```

    ## What to do
    Copy the data that importers or programs still look for at the old place.
    """
    return f"The pipeline root {before} is now {root}.", "Copy what is still read from the old root."


@rule("KSC705", Severity.MANUAL)
def launcher_image_unknown(image: str) -> Says:
    """Nothing says where the image of kfp-sagemaker is.

    ## What it does
    Writes the image's local name into the steps, because the configuration has no `launcher_image`.

    ## Why
    The pods of moved steps run this image to submit their jobs, so the cluster has to be able to pull it.

    ## Example
    ```yaml
    launcher_image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/kfp-sagemaker:0.1.0
    ```

    ## What to do
    Build it (`make image`), push it where the cluster pulls from, and name it in the configuration.
    """
    return f"Moved steps run the image {image}, which no registry has.", "Set launcher_image: in the configuration."


@rule("KSC709", Severity.MANUAL)
def bundle_to_upload(step: str, uri: str) -> Says:
    """A step is too long for a container's arguments.

    ## What it does
    Writes the step to `bundles/` and lets the launcher read it from S3.

    ## Why
    A step travels in the arguments of its container. Beyond 64 KiB, packed, they would exceed what Linux takes.

    ## Example
    A step with a source of 300 kB in its command.

    ## What to do
    Upload the file to the place that is named, before the first run: `aws s3 cp`. Its name is its content's hash, so that
    nothing is overwritten.
    """
    return f"{step} is too long for a container's arguments and has to be at {uri}.", "Upload the file in bundles/ there."


@rule("KSC710", Severity.MANUAL)
def too_long_without_bucket(step: str) -> Says:
    """A step is too long for a container's arguments, and there is no bucket for it.

    ## What it does
    Leaves the step in the cluster.

    ## Why
    A step travels in the arguments of its container, and this one exceeds 64 KiB, packed. It could be read from S3, but the
    configuration names no bucket.

    ## Example
    ```yaml
    bucket: my-team-pipelines    # in kfp-sagemaker.yaml
    ```

    ## What to do
    Put the bucket into the configuration and convert again.
    """
    return f"{step} is too long for a container's arguments; it stays in the cluster.", "Put bucket: into the configuration."


@rule("KSC711", Severity.INFO)
def setting_renamed(setting: str, name: str) -> Says:
    """A parameter of the converter has another name than usual.

    ## What it does
    Adds a setting of the jobs under another name, because the pipeline uses the usual one for itself.

    ## Why
    Names that begin with `sagemaker_` are not reserved in KFP.

    ## Example
    A pipeline with a parameter `sagemaker_role` of its own: the converter's is `sagemaker_role_2`.

    ## What to do
    Nothing, except to give the right one when you create a run.
    """
    return f"The pipeline has a {setting} of its own; the converter's parameter is {name}.", "Nothing to do."


@rule("KSC712", Severity.MANUAL)
def artifact_outside_s3(step: str, uri: str) -> Says:
    """An importer's artifact is outside S3.

    ## What it does
    Keeps the importer, and says that no job can read what it imports.

    ## Why
    A job reads S3 only. A moved step that meets another URI fails before it submits anything, naming artifact and fix.

    ## Example
    ```python
    dsl.importer(artifact_uri="gs://bucket/data", artifact_class=dsl.Dataset)
    ```

    ## What to do
    Copy the data to S3 and change the importer's URI.
    """
    return f"{step} imports {uri}, which no job can read.", "Copy the data to S3 and change the importer's URI."


@rule("KSC713", Severity.APPROXIMATE)
def foreign_placeholder(step: str, placeholder: str) -> Says:
    """A placeholder that only Vertex AI fills.

    ## What it does
    Keeps it as it is written.

    ## Why
    Open-source KFP does not fill it, so the program gets the text of the placeholder, before and after the conversion.

    ## Example
    ```yaml
    project: "{{$.pipeline_google_cloud_project_id}}"
    ```

    ## What to do
    Replace it by a pipeline parameter.
    """
    return f"{step} uses {placeholder}, which only Vertex AI fills.", "Replace it by a pipeline parameter."


@rule("KSC714", Severity.INFO)
def outputs_at_custom_paths(step: str) -> Says:
    """Outputs that a Python step leaves at a path of its own choice are copied.

    ## What it does
    Runs the command within a small Python program that copies what the step has left at such paths to where the artifacts
    belong, after it has succeeded. It is put around Python steps whose source calls `set_path` of an artifact, or sets its
    `custom_path`.

    ## Why
    A job uploads one directory, the step's own folder, and such a path, known only when the program has ended, is elsewhere.

    ## Example
    ```python
    model.set_path("/tmp/model")
    ```

    ## What to do
    Nothing. To do without the copy, write to `model.path`; a suffix may be added to it.
    """
    return f"{step} gives an artifact a path of its own, from where it is copied when the step has ended.", "Nothing to do."


@rule("KSC901", Severity.ERROR)
def internal_error(problem: str) -> Says:
    """The converter made something that it does not accept itself.

    ## What it does
    Writes nothing.

    ## Why
    Before anything is written, the output is checked: it parses as a PipelineSpec without unknown fields, kfp loads it, and
    each step of the source is a step of the output or has a diagnostic. A mistake of the converter must not reach a cluster.

    ## Example
    None is known.

    ## What to do
    Please report it, with the pipeline if you can share it. `--keep STEP` may get around it.
    """
    return f"Internal error: {problem}.", "Please report this; --keep STEP may get around it."
