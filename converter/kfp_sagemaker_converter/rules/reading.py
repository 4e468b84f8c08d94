"""KSC1xx: reading files."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC101", Severity.ERROR)
def not_readable(problem: str) -> Says:
    """The file is neither YAML nor JSON.

    ## What it does
    Refuses a file whose text does not parse. The line is the one at which the parser gave up.

    ## Why
    Templated files (`{{ name }}` outside quotes) and truncated ones are the usual cause, and half of a pipeline must not be
    taken for the whole.

    ## Example
    ```yaml
    root:
      dag: {{ .Values.dag }}
    ```

    ## What to do
    Render the template first, or compile the pipeline anew with `kfp dsl compile`.
    """
    return f"The file is neither YAML nor JSON: {problem}.", "Render templates first, or compile the pipeline anew."
