"""KSC111 to KSC114: DSL source, as it is compiled."""

from __future__ import annotations

from collections.abc import Sequence

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC111", Severity.INFO)
def code_ran() -> Says:
    """Source was compiled, which ran its code.

    ## What it does
    Compiles DSL source with the installed kfp, in a process of its own, without credentials in its environment and with an
    empty home directory, for two minutes at most.

    ## Why
    A pipeline is what its source makes when it runs; there is no other way to know it.

    ## Example
    ```
    kfp-sagemaker convert pipeline.py -o out
    ```

    ## What to do
    Convert only sources that you would run. To keep running and converting apart, compile first (`kfp dsl compile`) and give
    the YAML.
    """
    return "This source was compiled with the installed kfp, so its code ran.", "Convert only sources that you would run."


@rule("KSC112", Severity.ERROR)
def does_not_compile(problem: str) -> Says:
    """Source does not compile.

    ## What it does
    Refuses source that kfp does not compile, with the compiler's last line and the line of the source.

    ## Why
    There is no pipeline to convert. Modules that are not installed here, and variables that only the usual environment has,
    are the most frequent causes: compiling runs without credentials and with few environment variables.

    ## Example
    ```
    ModuleNotFoundError: No module named 'pandas'
    ```

    ## What to do
    Install what it imports, or compile it where it compiles (`kfp dsl compile`) and give the YAML.
    """
    end = "" if problem.endswith("?") else "."
    return f"The source does not compile: {problem}{end}", "Compile it where it compiles, and give the YAML."


@rule("KSC113", Severity.ERROR)
def compiles_too_long(seconds: float) -> Says:
    """Compiling takes too long.

    ## What it does
    Ends the compilation, and all that it started, when its time is up.

    ## Why
    Code that runs while it is imported (a training, a server) would never come to an end.

    ## Example
    ```python
    client.create_run_from_pipeline_func(pipeline)   # outside `if __name__ == "__main__":`
    ```

    ## What to do
    Move such code below `if __name__ == "__main__":`, or compile first and give the YAML.
    """
    return f"Compiling was ended after {seconds:g} seconds.", "Compile it yourself, and give the YAML."


@rule("KSC114", Severity.ERROR)
def which_function(function: str, choices: Sequence[str]) -> Says:
    """Source with several pipelines, and none of them was picked.

    ## What it does
    Refuses source with more than one pipeline function, or without any and with more than one component, when `--function`
    names none of them, and names those that it has.

    ## Why
    kfp compiles one of them. A pipeline that others use is as good a pipeline as they are, so which one is meant cannot be
    told.

    ## Example
    ```python
    @dsl.pipeline
    def evaluation(model: str): ...

    @dsl.pipeline
    def training():
        evaluation(model=train().output)
    ```

    ## What to do
    Name the function: `kfp-sagemaker convert pipelines.py --function training -o out`.
    """
    many, last = ", ".join(choices), choices[-1]
    if function:
        return f"This source has no pipeline function {function}; it has {many}.", f"Give one of them, as --function {last}."
    return f"This source has several to convert: {many}.", f"Say which one: --function {last}."
