"""KSC72x: the converted pipeline as Python source (``convert --python``)."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC720", Severity.MANUAL)
def no_words_in_python(construct: str) -> Says:
    """Something in the pipeline cannot be written as DSL source.

    ## What it does
    Writes `pipeline.yaml` and no `pipeline.py`.

    ## Why
    The IR can say more than kfp's Python can: a condition of several comparisons, a setting of the executor that no function
    of kfp-kubernetes makes, an input whose name is no Python name, a task name in capitals, a task without an input that its
    component requires. Source that
    leaves it out would be another pipeline.

    Of Kubernetes settings these have no function in kfp-kubernetes 2.17: `podAffinity`, `enabledSharedMemory`, an empty
    `securityContext`, a constant `tolerationJson`, a second `nodeAffinityJson` of a step, a storage class beside
    `defaultStorageClass`, a key of a secret or ConfigMap for two variables; nor has what is no field in the installed
    kfp-kubernetes, which an older or newer release, or something else than kfp, wrote.

    ## Example
    ```yaml
    triggerPolicy:
      condition: inputs.parameter_values['a'] == 'x' || inputs.parameter_values['b'] == 'y'
    ```

    ## What to do
    Use `pipeline.yaml`, which is complete, or convert without `--python`. A setting that only a newer kfp-kubernetes has can
    be written after `pip install --upgrade kfp-kubernetes`.
    """
    return f"DSL source has no words for {construct}; pipeline.py is not written.", "Use pipeline.yaml, which is complete."


@rule("KSC721", Severity.MANUAL)
def python_differs(where: str) -> Says:
    """The source that was written compiles to another pipeline.

    ## What it does
    Writes `pipeline.yaml` and no `pipeline.py`.

    ## Why
    The source is compiled with the installed kfp before it is written, and compared with `pipeline.yaml`. Pipelines that an
    older kfp, or something else than kfp, compiled may have a form that the installed kfp does not give any more. Not compared
    are descriptions, versions of the SDK and of the schema, names of components and labels of executors (each is compared
    where it is used), the order of keys and of dependent tasks, `isOptional` beside a default, and, where parameters that
    the converter added are handed on, their prefix `pipelinechannel--` and default.

    What has two spellings that KFP's driver takes for one is the same in both: the name of a secret, ConfigMap or volume as a
    constant and as a parameter (`secretName`, `secretNameParameter`), an amount as a number and as text (`memoryLimit: 6.0`,
    `resourceMemoryLimit: 6G`) and in any unit, and what stands for nothing (`optional: false` of a secret or ConfigMap,
    `cachingOptions: {}`). Where the two say different things, they differ.

    ## Example
    ```yaml
    secretAsEnv:
    - secretName: database
      secretNameParameter: {runtimeValue: {constant: other}}   # kfp-kubernetes writes one name into both
    ```

    ## What to do
    Use `pipeline.yaml`, which is complete, or convert without `--python`.
    """
    return (
        f"The source compiles to a pipeline that differs in {where}; pipeline.py is not written.",
        "Use pipeline.yaml, which is complete.",
    )


@rule("KSC722", Severity.MANUAL)
def python_does_not_compile(problem: str) -> Says:
    """The source that was written is refused by kfp.

    ## What it does
    Writes `pipeline.yaml` and no `pipeline.py`.

    ## Why
    The source is compiled with the installed kfp before it is written. kfp takes some pipelines as IR that it refuses as
    source, such as a task that waits for one within a loop.

    ## Example
    ```python
    with dsl.ParallelFor([1, 2]):
        one = train_step()
    deploy_step().after(one)
    ```

    ## What to do
    Use `pipeline.yaml`, which is complete, or convert without `--python`.
    """
    return f"The source does not compile: {problem}; pipeline.py is not written.", "Use pipeline.yaml, which is complete."
