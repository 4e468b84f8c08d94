"""KSC22x and KSC23x: component.yaml as it was written."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC221", Severity.ERROR)
def not_a_component(problem: str) -> Says:
    """The component.yaml is not valid.

    ## What it does
    Refuses a component whose inputs, outputs or implementation are not of the form that component.yaml has, or whose
    command names an input or output that it does not have. All problems are reported at once.

    ## Why
    What is meant cannot be told, and kfp refuses such a component too.

    ## Example
    ```yaml
    implementation:
      container:
        image: python:3.11
        command: [train, --data, {inputPath: Dataset}]   # there is no input Dataset
    ```

    ## What to do
    Correct the line.
    """
    return f"The component is not valid: {problem}.", "Correct it; kfp refuses it too."


@rule("KSC222", Severity.APPROXIMATE)
def taken_as_text(name: str, type_: str) -> Says:
    """An input without a type that KFP 2 knows is taken as text.

    ## What it does
    Makes the input a String parameter, because the command takes its value (`inputValue`).

    ## Why
    KFP 1 passed values of any type as text. kfp 2 takes every type that it does not know for an artifact, and then refuses
    the value of it.

    ## Example
    ```yaml
    inputs:
      - {name: bucket, type: GCSPath}
    implementation:
      container: {image: a, command: [copy, {inputValue: bucket}]}
    ```

    ## What to do
    Check that whoever uses the component passes text. Write `type: String` to have it said in the source.
    """
    return f"The input {name} ({type_}) is taken by its value and becomes a String.", "Write type: String if that is right."


@rule("KSC223", Severity.APPROXIMATE)
def taken_as_artifact(name: str, type_: str) -> Says:
    """A parameter that the command reads from a file becomes an artifact.

    ## What it does
    Makes the input an artifact, because the command takes the path of a file with it (`inputPath`).

    ## Why
    KFP 1 wrote any value to a file. In KFP 2 parameters have no file, and kfp refuses `inputPath` of one.

    ## Example
    ```yaml
    inputs:
      - {name: config, type: JsonObject}
    implementation:
      container: {image: a, command: [train, --config, {inputPath: config}]}
    ```

    ## What to do
    Have whoever uses the component pass an artifact: an output of a step, or `dsl.importer`.
    """
    return f"The input {name} ({type_}) is read from a file and becomes an artifact.", "Pass an artifact to it."


@rule("KSC224", Severity.ERROR)
def same_name(name: str, ir_name: str) -> Says:
    """Two inputs, or two outputs, have the same name in KFP 2.

    ## What it does
    Refuses the component. KFP 2 makes names of lower-case letters, digits and `_`.

    ## Why
    kfp lets the later one win, and the other is gone without a word.

    ## Example
    ```yaml
    inputs: [{name: Learning rate}, {name: learning_rate}]
    ```

    ## What to do
    Rename one of them.
    """
    return f"{name} and another one are both called {ir_name} in KFP 2.", "Rename one of them."


@rule("KSC225", Severity.MANUAL)
def wrong_default(name: str, default: str, type_: str) -> Says:
    """A default is not of its input's type.

    ## What it does
    Leaves the default out; the input stays optional.

    ## Why
    kfp refuses some of these, and takes others as text for a program that expects an object.

    ## Example
    ```yaml
    inputs: [{name: epochs, type: Integer, default: ""}]
    ```

    ## What to do
    Write a default of the type, or none and `optional: true`.
    """
    return f"The default {default!r} of {name} is no {type_}, and is left out.", "Write one of the type, or optional: true."


@rule("KSC226", Severity.APPROXIMATE)
def default_of_artifact(name: str) -> Says:
    """A default of an artifact is left out.

    ## What it does
    Leaves the default out; the input stays optional.

    ## Why
    KFP 1 wrote the text to a file and passed its path. In KFP 2 artifacts have no defaults.

    ## Example
    ```yaml
    inputs: [{name: Schema, type: CSV, default: "a,b,c"}]
    ```

    ## What to do
    Pass an artifact where the default was relied on, or have the program supply it.
    """
    return f"The default of {name}, which is an artifact, is left out.", "Pass an artifact where the default was relied on."


@rule("KSC228", Severity.INFO)
def outputs_copied(names: str) -> Says:
    """Outputs that the program leaves at a path of its own are copied.

    ## What it does
    Wraps the command in a shell that copies the files named under `fileOutputs` to where KFP expects them, after the command
    has succeeded.

    ## Why
    KFP 1 collected them. kfp 2 drops `fileOutputs` without a word, and the step fails for lack of its output.

    ## Example
    ```yaml
    implementation:
      container: {image: a, command: [train.py], fileOutputs: {model: /output/model.txt}}
    ```

    ## What to do
    Nothing; the image needs `sh` and `cp`. To do without the shell, have the program take the path: `{outputPath: model}`.
    """
    return f"The outputs {names} are copied from the program's own paths.", "The image needs sh and cp."


@rule("KSC229", Severity.ERROR)
def outputs_without_command(names: str) -> Says:
    """Outputs at a path of its own, from an image whose command is not known.

    ## What it does
    Refuses a component with `fileOutputs` and no command: the image's own entrypoint runs, and nothing can be put around it.

    ## Why
    kfp 2 drops `fileOutputs`, so that the outputs would never be collected.

    ## Example
    ```yaml
    implementation:
      container: {image: trainer:1, fileOutputs: {model: /output/model.txt}}
    ```

    ## What to do
    Write the image's entrypoint as `command` (`docker image inspect` shows it).
    """
    return f"The outputs {names} are at the program's own paths, and the command is in the image.", "Write it as command."


@rule("KSC230", Severity.APPROXIMATE)
def part_left_out(what: str) -> Says:
    """A part of the component has no place in KFP 2.

    ## What it does
    Leaves the part out and names it.

    ## Why
    kfp 2 knows image, command, args and env of a container. What KFP 1's Kubernetes options said is said in the pipeline.

    ## Example
    ```yaml
    implementation:
      container: {image: a, command: [b], resources: {limits: {memory: 8Gi}}}
    ```

    ## What to do
    Say it where the component is used (`task.set_memory_limit`), or in `kfp-sagemaker.yaml`.
    """
    return f"{what} has no place in KFP 2 and is left out.", "Say it where the component is used, or in kfp-sagemaker.yaml."
