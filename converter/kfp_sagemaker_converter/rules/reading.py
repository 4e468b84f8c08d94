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


@rule("KSC102", Severity.ERROR)
def too_much(what: str) -> Says:
    """The file exceeds a bound.

    ## What it does
    Refuses a file that is too long, too deeply nested, that has too many documents, too many nodes once its aliases are
    followed, or too many components once each use is counted. Nothing of it is kept in memory.

    ## Why
    A few lines of YAML whose aliases refer to each other stand for billions of nodes, and a converter that runs in somebody's
    CI must not be stopped by them. The bounds lie far above the pipelines of 10,000 steps that are measured with each release.

    ## Example
    ```yaml
    a: &a [x, x, x, x, x, x, x, x, x]
    b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
    c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
    ```

    ## What to do
    Compile the pipeline anew: `kfp dsl compile` writes no aliases. Divide a pipeline that is really so large.
    """
    return f"The file has {what}.", "Compile it anew without aliases, or divide the pipeline."


@rule("KSC103", Severity.APPROXIMATE)
def key_twice(key: str) -> Says:
    """A mapping has a key twice.

    ## What it does
    Takes the last of the two, as kfp's own loader does, and says so.

    ## Why
    YAML forbids it and most parsers let it pass, so that of two steps of the same name one vanishes without a word.

    ## Example
    ```yaml
    components:
      comp-train: {executorLabel: exec-train}
      comp-train: {executorLabel: exec-evaluate}
    ```

    ## What to do
    Remove or rename one of the two.
    """
    return f"The key {key!r} stands twice in one mapping; the last one counts.", "Remove or rename one of the two."


@rule("KSC104", Severity.ERROR)
def not_utf8(problem: str) -> Says:
    """The file is not UTF-8 text.

    ## What it does
    Refuses a file whose bytes are not UTF-8.

    ## Why
    KFP reads pipelines as UTF-8. Guessing another encoding would change commands and sources without a word.

    ## Example
    A `.zip` or `.tar.gz` package of KFP 1, given as it is.

    ## What to do
    Unpack an archive and give the YAML file inside; save text as UTF-8.
    """
    return f"The file is not UTF-8 text: {problem}.", "Unpack archives first, and save text as UTF-8."


@rule("KSC105", Severity.ERROR)
def no_such_file(problem: str) -> Says:
    """A file cannot be read.

    ## What it does
    Refuses a path that names neither a file nor a folder that can be read.

    ## Why
    A path that was mistyped must not end in an empty success.

    ## Example
    ```
    kfp-sagemaker convert pipelin.yaml -o out
    ```

    ## What to do
    Check the path. `-` reads standard input.
    """
    return f"This cannot be read: {problem}.", "Check the path; - reads standard input."


@rule("KSC106", Severity.ERROR)
def nothing_to_convert(what: str, instead: str) -> Says:
    """The file is none of the formats that are converted.

    ## What it does
    Tells what the file is, as far as its content says so, and what to give instead.

    ## Why
    Only what describes a pipeline wholly can be converted: an Argo Workflow that the KFP 2 back end wrote, for example, has
    its commands filled in while it runs.

    ## Example
    ```yaml
    apiVersion: tekton.dev/v1
    kind: PipelineRun
    ```

    ## What to do
    Give what the message names: usually the IR that `kfp dsl compile` writes, or the DSL source.
    """
    return f"This is {what}.", instead


@rule("KSC107", Severity.APPROXIMATE)
def document_left_out(position: int, what: str) -> Says:
    """A document of the file is left out.

    ## What it does
    Converts the pipeline of the file and leaves out a document beside it that belongs to no pipeline.

    ## Why
    A file of several documents may hold anything, a ConfigMap or a Secret for example. Only the IR and its platform document
    have a place in the output.

    ## Example
    ```yaml
    pipelineInfo: {name: train}
    root: {}
    ---
    apiVersion: v1
    kind: ConfigMap
    ```

    ## What to do
    Apply the other documents as before; they are unchanged.
    """
    return f"Document {position} of the file, {what}, is no part of the pipeline and is left out.", "Apply it as before."


@rule("KSC108", Severity.ERROR)
def not_one_pipeline(count: int) -> Says:
    """The file holds several pipelines.

    ## What it does
    Refuses a file with more than one pipeline.

    ## Why
    One file comes out of one that goes in; which of several would be meant is anybody's guess.

    ## Example
    Several PipelineVersion resources in one file, with `---` between them.

    ## What to do
    Put each pipeline in a file of its own and give all of them, or their folder.
    """
    return f"The file holds {count} pipelines.", "Put each into a file of its own, and give the folder."


@rule("KSC110", Severity.ERROR)
def not_python(problem: str) -> Says:
    """The source is not Python 3.

    ## What it does
    Refuses a `.py` file that does not parse, at the line and column where Python gives up. It is parsed, not run.

    ## Why
    Source of Python 2, and templates that make Python, are the usual cause.

    ## Example
    ```python
    print "training"
    ```

    ## What to do
    Render the template, or port the source; or compile it where it runs and give the YAML file.
    """
    return f"The source is not Python 3: {problem}.", "Render templates first, or give the compiled pipeline."
