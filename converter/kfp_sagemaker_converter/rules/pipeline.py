"""KSC2xx: the pipeline as it was written."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC201", Severity.ERROR)
def not_a_pipeline_spec(problem: str) -> Says:
    """The IR is not valid.

    ## What it does
    Refuses IR that does not parse into KFP's PipelineSpec, unknown fields included, or that kfp does not load for want of
    executors or of a type of the pipeline's inputs and outputs, with the path to what is wrong.

    ## Why
    KFP's API server would refuse it as well; a conversion would only hide the mistake.

    ## Example
    ```yaml
    pipelineInfo:
      title: train     # PipelineInfo has no field "title"
    ```

    ## What to do
    Compile the pipeline anew with `kfp dsl compile`. IR that was edited by hand: correct the field that is named. A field that
    only a newer kfp knows: convert with that kfp installed.
    """
    return f"This IR is no PipelineSpec: {problem}.", "Compile the pipeline anew, or correct the field that is named."


@rule("KSC202", Severity.INFO)
def older_ir(fields: str) -> Says:
    """The IR is of an older schema and is brought up to date.

    ## What it does
    Rewrites the fields of schema 2.0.0 in the words of today's: `type` of a parameter as `parameterType`, `constantValue` as
    `constant`, `runtimeParameter` as `componentInputParameter`, `inputs.parameters['x'].string_value` of conditions as
    `inputs.parameter_values['x']`, `isOptional: false` of a parameter with a default as true. The meaning stays.

    ## Why
    The kfp 2 loader no longer reads them, and KFP 2 fills in no `inputs.parameters`: such a condition would fail the run.

    ## Example
    ```yaml
    parameters:
      rounds: {type: INT}      # becomes {parameterType: NUMBER_INTEGER}
    ```

    ## What to do
    Nothing.
    """
    return f"IR of an older schema ({fields}) is written in the words of today's.", "Nothing to do."


@rule("KSC203", Severity.APPROXIMATE)
def dangling_reference(what: str) -> Says:
    """A reference leads nowhere.

    ## What it does
    Keeps a reference to something that the pipeline does not have, as it was written, and says so.

    ## Why
    The kfp compiler writes some itself (the item of a loop, in an f-string inside an exit handler), and what KFP makes of them
    it makes of the converted pipeline too.

    ## Example
    ```yaml
    componentInputParameter: pipelinechannel--items-loop-item   # which no input of the component is called
    ```

    ## What to do
    If the pipeline ran before, nothing. Otherwise compile it anew with a newer kfp.
    """
    return f"This refers to {what}, which is not there; it is kept as it is.", "Compile the pipeline anew if it does not run."


@rule("KSC204", Severity.APPROXIMATE)
def nothing_behind(component: str) -> Says:
    """A component has neither an executor nor a DAG.

    ## What it does
    Keeps it as it is and says so.

    ## Why
    There is nothing that could run, on SageMaker or elsewhere.

    ## Example
    ```yaml
    components:
      comp-train: {}
    ```

    ## What to do
    Compile the pipeline anew.
    """
    return f"Component {component} has neither an executor nor a DAG; it is kept as it is.", "Compile the pipeline anew."


@rule("KSC205", Severity.INFO)
def job_values_as_defaults(names: str) -> Says:
    """The values of a Vertex job become the pipeline's defaults.

    ## What it does
    Takes the parameter values of the job's `runtimeConfig` as defaults of the pipeline parameters.

    ## Why
    A Vertex job is a pipeline and the values it runs with; KFP keeps the values with the run. As defaults they are not lost.

    ## Example
    ```json
    {"runtimeConfig": {"parameterValues": {"rounds": 100}}}
    ```

    ## What to do
    Give other values when you create a run, if you want others.
    """
    return f"The Vertex job's values of {names} are now the defaults of these parameters.", "Nothing to do."


@rule("KSC206", Severity.APPROXIMATE)
def job_values_unknown(names: str) -> Says:
    """A Vertex job gives values to parameters that the pipeline does not have.

    ## What it does
    Leaves them out.

    ## Why
    A KFP run refuses them.

    ## Example
    ```json
    {"runtimeConfig": {"parameterValues": {"no_such_parameter": 100}}}
    ```

    ## What to do
    Nothing, unless the name was mistyped.
    """
    return f"The Vertex job gives values to {names}, which the pipeline does not declare.", "Check the names."


@rule("KSC211", Severity.APPROXIMATE)
def job_settings_left_out(names: str) -> Says:
    """A Vertex job has settings that a KFP pipeline has no place for.

    ## What it does
    Leaves them out, and names them: service account, network, encryption, labels, failure policy, input artifacts.

    ## Why
    They are Vertex AI's. Of SageMaker jobs the configuration says the like: role, subnets, encryption keys, tags.

    ## Example
    ```json
    {"serviceAccount": "training@project.iam.gserviceaccount.com", "pipelineSpec": {}}
    ```

    ## What to do
    Say in `kfp-sagemaker.yaml` what the jobs are to have: `role`, `subnets`, `output_encryption_key`, `tags`.
    """
    return f"The Vertex job's settings {names} are left out.", "Say in kfp-sagemaker.yaml what jobs are to have of them."


@rule("KSC207", Severity.ERROR)
def no_name() -> Says:
    """The pipeline has no name.

    ## What it does
    Refuses a pipeline whose `pipelineInfo` has no name.

    ## Why
    KFP refuses it as well, when it is uploaded.

    ## Example
    ```yaml
    pipelineInfo: {name: }
    ```

    ## What to do
    Give it a name: `@dsl.pipeline(name="train")`.
    """
    return "The pipeline has no name.", "Give it one under pipelineInfo."


@rule("KSC208", Severity.ERROR)
def not_a_platform_spec(problem: str) -> Says:
    """The platform document is not valid.

    ## What it does
    Refuses a pipeline whose platform document does not parse into KFP's PlatformSpec, with the path to what is wrong. Settings
    of executors may have any name.

    ## Why
    kfp does not load such a file, and neither would it load the converted one.

    ## Example
    ```yaml
    platforms:
      kubernetes:
        pipelineConfig: {semaphoreKey: one}   # known to kfp 2.14 only
    ```

    ## What to do
    Compile the pipeline anew with `kfp dsl compile`. A document that was edited by hand: correct the field that is named.
    """
    return f"The platform document is no PlatformSpec: {problem}.", "Compile the pipeline anew, or correct what is named."


@rule("KSC209", Severity.INFO)
def needs_kfp(what: str, version: str) -> Says:
    """The pipeline needs a newer kfp than 2.14.

    ## What it does
    Names a field of the pipeline that kfp 2.14 does not know, and since when kfp knows it. The field is kept.

    ## Why
    Converted pipelines load in kfp 2.14 to 2.17, but for those that did not before: kfp refuses a file with a field that it
    does not know.

    ## Example
    ```python
    @dsl.component
    def train(mode: Literal["fast", "exact"]): ...   # kfp 2.16
    ```

    ## What to do
    Nothing where kfp and the KFP back end are as new as that.
    """
    return f"{what} needs kfp {version} or newer.", "Nothing to do where kfp is as new as that."


@rule("KSC210", Severity.MANUAL)
def too_large_for_kfp(step: str, size: int) -> Says:
    """A step is given more than KFP can give.

    ## What it does
    Names a step whose values that are written in the pipeline, constants and defaults, come to more than 131,071 bytes of
    JSON. They are kept.

    ## Why
    KFP's driver hands all inputs of a step over in one argument of a program, and Linux takes no longer one: the step's pod
    does not start (`argument list too long`), in the pipeline as it was and converted.

    ## Example
    ```python
    score(table=json.dumps(rows))   # 300 kB
    ```

    ## What to do
    Have the step take an artifact, from `dsl.importer` or from a step that makes it. What one moved step hands to another
    may be larger: docs/container-step.md.
    """
    return (f"The values in the pipeline for {step} come to {size:,} bytes, and KFP can give a step 131,071.",
            "Have it take an artifact instead.")
