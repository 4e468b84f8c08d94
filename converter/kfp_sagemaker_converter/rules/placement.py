"""KSC3xx: which steps move, and why others stay."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC301", Severity.INFO)
def glue(step: str) -> Says:
    """A step that only passes parameters stays in the cluster.

    ## What it does
    With placement `auto`, leaves a step in the cluster that has no artifacts, asks for no CPU, memory or accelerator.

    ## Why
    Such a step reads and writes small values. In the cluster it starts in seconds, as a job in minutes.

    ## Example
    ```python
    @dsl.component
    def is_better(new: float, old: float) -> bool:
        return new > old
    ```

    ## What to do
    Nothing. To move it all the same: `--only STEP`, `--all`, or a rule with `placement: move` in the configuration.
    """
    return (
        f"{step} passes parameters only and stays in the cluster, where it starts in seconds.",
        "To move it: --all, --only, or a rule with placement: move.",
    )


@rule("KSC302", Severity.INFO)
def asked_to_stay(step: str, by: str) -> Says:
    """A step stays in the cluster because somebody asked for it.

    ## What it does
    Leaves a step in the cluster that `--keep`, `--only` or the configuration excludes from moving.

    ## Why
    It was asked for.

    ## Example
    ```yaml
    steps:
      - name: notify
        placement: keep
    ```

    ## What to do
    Nothing.
    """
    return f"{step} stays in the cluster because of {by}.", "Nothing to do."


@rule("KSC303", Severity.INFO)
def importer(step: str) -> Says:
    """An importer stays as it is.

    ## What it does
    Leaves importers in the pipeline unchanged.

    ## Why
    An importer registers an artifact that exists already. KFP does this itself; there is no container that could move.

    ## Example
    ```python
    dsl.importer(artifact_uri="s3://bucket/data", artifact_class=dsl.Dataset)
    ```

    ## What to do
    Nothing, as long as the URI is in S3: jobs can read nothing else.
    """
    return f"{step} is an importer, which KFP runs itself; it stays as it is.", "Nothing to do when its URI is in S3."


@rule("KSC304", Severity.INFO)
def volume_claim(step: str, image: str) -> Says:
    """A step that makes or deletes a volume claim stays in the cluster.

    ## What it does
    Leaves steps with the images `argostub/createpvc` and `argostub/deletepvc` unchanged.

    ## Why
    They are calls to Kubernetes that KFP makes itself; there is no container.

    ## Example
    ```python
    kubernetes.CreatePVC(access_modes=["ReadWriteMany"], size="5Gi")
    ```

    ## What to do
    Nothing, while a step in the cluster still uses the volume. Otherwise the two steps can be removed.
    """
    return f"{step} is a call to Kubernetes ({image}) and stays in the cluster.", "Remove it once no step uses the volume."


@rule("KSC305", Severity.INFO)
def already_on_sagemaker(step: str) -> Says:
    """A step already runs on SageMaker.

    ## What it does
    Leaves kfp-sagemaker's own components, and steps that were converted before, unchanged.

    ## Why
    They submit a job already. Converting a converted pipeline changes nothing.

    ## Example
    ```python
    from kfp_sagemaker.v1 import train
    ```

    ## What to do
    Nothing.
    """
    return f"{step} runs on SageMaker already; it stays as it is.", "Nothing to do."


@rule("KSC306", Severity.MANUAL)
def google_component(step: str, module: str) -> Says:
    """A Google Cloud component stays as it is.

    ## What it does
    Leaves steps that call Vertex AI, BigQuery, Dataflow and other services of Google Cloud unchanged.

    ## Why
    Such a step is a call to a service, not a program that could run elsewhere: moved as it is, it would still start its work
    in Google Cloud, and would need Google's credentials for it.

    ## Example
    ```yaml
    command: [python3, -u, -m, google_cloud_pipeline_components.container.v1.custom_job.launcher]
    ```

    ## What to do
    Replace it by the component of SageMaker that does the same: `kfp_sagemaker.v1.train` for a custom job,
    `hyperparameter_tuning` for a tuning job, `batch_transform` for a batch prediction, `model`, `endpoint` and `deploy` for
    serving. `kfp-sagemaker components` lists them.
    """
    return (
        f"{step} calls a service of Google Cloud ({module}) and stays as it is.",
        "Replace it by a SageMaker component; `kfp-sagemaker components` lists them.",
    )


@rule("KSC307", Severity.MANUAL)
def no_container(step: str, what: str) -> Says:
    """A step that is no container stays as it is.

    ## What it does
    Leaves resolvers, Vertex custom jobs, containers without an image and executors of an unknown kind unchanged.

    ## Why
    There is no program in them that a job could run. KFP outside Vertex AI does not run most of them either.

    ## Example
    ```yaml
    executors:
      exec-latest: {resolver: {outputArtifactQueries: {}}}
    ```

    ## What to do
    Replace the step: a resolver by an importer with the URI, a custom job by `kfp_sagemaker.v1.train`.
    """
    return f"{step} is {what}, which has no counterpart on SageMaker; it stays as it is.", "Replace the step."


@rule("KSC308", Severity.INFO)
def unused(step: str) -> Says:
    """An executor that no task uses stays as it is.

    ## What it does
    Keeps executors that no task of the pipeline leads to.

    ## Why
    They never run, so it makes no difference; they are kept so that nothing is lost.

    ## Example
    A component that was left behind when a compiled pipeline was edited by hand.

    ## What to do
    Nothing.
    """
    return f"{step} is used by no task; it stays as it is.", "Nothing to do."


@rule("KSC309", Severity.ERROR)
def pattern_without_step(pattern: str) -> Says:
    """A pattern of --only or --keep matches no step.

    ## What it does
    Refuses `--only` or `--keep` with a name that no step of any pipeline goes by.

    ## Why
    A name that was mistyped would keep a step, or move it, against the intention, and nobody would notice.

    ## Example
    ```
    kfp-sagemaker convert pipeline.yaml -o out --only trian
    ```

    ## What to do
    Correct the name: task, component and executor names count, as do images, with `*` and `?` as in file names.
    `kfp-sagemaker check` lists the steps.
    """
    return f"No step goes by {pattern!r}.", "Correct the name; `kfp-sagemaker check` lists the steps."


@rule("KSC310", Severity.MANUAL)
def nothing_moves() -> Says:
    """No step of the pipeline moves.

    ## What it does
    Says that the pipeline comes out as it went in. Where steps run on SageMaker already, as in a converted pipeline, nothing
    is missing and this is not said.

    ## Why
    With placement `auto`, a pipeline whose steps pass parameters only gains nothing from jobs. Others have obstacles in every
    step, which are reported with the steps.

    ## Example
    A pipeline of lightweight functions over numbers and strings.

    ## What to do
    Look at the reasons in the report; `--all` moves every step that can.
    """
    return "No step moves to SageMaker; the pipeline comes out as it went in.", "See the reasons per step; --all moves more."
