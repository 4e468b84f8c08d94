"""KSC72x: the converted pipeline as Python source (``convert --python``)."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC720", Severity.MANUAL)
def no_words_in_python(construct: str) -> Says:
    """Something in the pipeline cannot be written as DSL source.

    ## What it does
    Writes `pipeline.yaml` and no `pipeline.py`.

    ## Why
    The IR can say more than kfp's Python can, and source that leaves something out would be another pipeline. kfp 2.17 has no
    words for:

    - names that it gives itself: a task or pipeline whose name has capitals, underscores or slashes, a block that is not
      called `condition-1` or `for-loop-2`, an importer that is not called `importer`, two tasks of one name in a pipeline with
      its blocks, inputs of blocks that begin with `pipelineparam--` (kfp 1.8), an input whose name is none in Python;
    - a task without an input that its component requires, a final status that comes from an input, an output of an If or exit
      handler that is read outside of it, a constant that a block gets instead of its tasks, a block that is in two places;
    - a condition of several comparisons, or over what is made of an input (`size(...)`); a step that is a condition or loop
      itself (TFX);
    - artifact types without title or version, executors that are no container (custom jobs), `lifecycle` of a container;
    - pipelines that are too large for its compiler, which writes out each use of a nested pipeline: more than 10,000 tasks.

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
    Use `pipeline.yaml`, which is complete, or convert without `--python`. To have source, change in the pipeline what the
    message names: rename, give the input its value or a default, move the reader of an output into the block, compile a
    pipeline of kfp 1.8 anew with kfp 2. A setting that only a newer kfp-kubernetes has can be written after
    `pip install --upgrade kfp-kubernetes`.
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
    are descriptions of inputs and outputs, versions of the SDK and of the schema, names of components and labels of executors
    (each is compared where it is used), the order of keys and of dependent tasks, `isOptional` beside a default, and, where
    parameters that the converter added are handed on, their prefix `pipelinechannel--` and default.

    Two types that older releases wrote otherwise, and which KFP's driver does not tell apart, are the same: of a value that a
    loop collects (that of one item, `LIST` now), and of an input that gets a final status (`STRUCT`, `TASK_FINAL_STATUS` now).

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
    source, such as a number for an input of type text, which KFP's driver writes out.

    ## Example
    ```yaml
    inputs:
      parameters:
        text: {runtimeValue: {constant: 3}}    # the component says STRING
    ```

    ## What to do
    Use `pipeline.yaml`, which is complete, or convert without `--python`.
    """
    return f"kfp does not compile the source: {problem}; pipeline.py is not written.", "Use pipeline.yaml, which is complete."
