"""KSC227, KSC231 and KSC232: the tasks of a graph in component.yaml."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC227", Severity.ERROR)
def component_by_url(task: str, where: str, url: str, digest: str, problem: str) -> Says:
    """A graph refers to a component that is somewhere else.

    ## What it does
    Refuses a graph with a task whose component is given by a URL or a name, when its file is not among those that were given.
    A file among them is recognised by the digest of the reference. Nothing is fetched unless `--fetch` asks for it.

    ## Why
    KFP 2 has no counterpart: a pipeline holds all its components, and refers to none elsewhere. Fetching one unasked would
    take what somebody else put there today, and would need the network.

    ## Example
    ```yaml
    implementation:
      graph:
        tasks:
          train:
            componentRef:
              url: https://example.com/train/component.yaml
              digest: 8721222daa1dc6870bc346a8fc39614aa4e3e0c5bc2bf688eb7b60ddcdcc662c
    ```

    ## What to do
    Have the component fetched, which compares it with the digest, or give its file too, in any of these ways:
    ```sh
    kfp-sagemaker convert --fetch graph.yaml -o converted     # https; http too where there is a digest
    kfp-sagemaker convert graph.yaml train/component.yaml     # or a folder with both
    ```
    ```yaml
    components:                                               # in kfp-sagemaker.yaml; needed where there is no digest
      https://example.com/train/component.yaml: train/component.yaml
      https://example.com/: vendored/                         # a prefix, and a folder with the files below it
    ```
    Or put it into the graph, under `componentRef.spec`.
    """
    if problem:
        sentence = f"The component of the task {task} is at {where}, which {problem}."
        return sentence, "Correct the graph, or give the file that it means, or put it under componentRef.spec."
    sentence = f"The component of the task {task} is at {where} and not among the files given; KFP 2 has no such references."
    by_fetch = "run again with --fetch" if url else ""
    by_digest = f"give its file too, which has the SHA-256 {digest}" if digest else ""
    by_url = f"say under components: in the configuration which file is at {url}" if url else ""
    ways = ", or ".join(way for way in (by_fetch, by_digest, by_url, "put it under componentRef.spec") if way)
    return sentence, f"{ways[0].upper()}{ways[1:]}."


@rule("KSC231", Severity.INFO)
def component_of_a_file(task: str, file: str, digest: str) -> Says:
    """A component that a graph refers to is taken from a file or a URL.

    ## What it does
    Takes the component of a task from a file that was given, which has the digest of the reference, or which the configuration
    says is at its URL; with `--fetch` from the URL itself.

    ## Why
    The graph has a reference only, and a KFP 2 pipeline holds all its components.

    ## Example
    ```sh
    kfp-sagemaker convert graph.yaml train/component.yaml
    ```

    ## What to do
    Nothing where the graph has the digest. Else see that the component is the one that is meant, and write the digest that is
    told here into the graph (`componentRef.digest`), so that no other can take its place.
    """
    if digest:
        fix = f"See that it is the one that is meant; digest: {digest} in the graph keeps it."
        return f"The component of the task {task} is that of {file}, without a digest to tell.", fix
    return f"The component of the task {task} is that of {file}.", "Nothing to do."


@rule("KSC232", Severity.MANUAL)
def condition_never_looked_at(task: str) -> Says:
    """A task of a graph has a condition, at which KFP never looked.

    ## What it does
    Leaves the condition out: the step always runs, as it did.

    ## Why
    component.yaml has a word for it, `isEnabled`, and kfp 1.8 reads it, but runs the task whatever it says. A converted
    pipeline that skips a step which always ran would not be the same one.

    ## Example
    ```yaml
    implementation:
      graph:
        tasks:
          deploy:
            componentRef: {digest: 8721222daa1dc6870bc346a8fc39614aa4e3e0c5bc2bf688eb7b60ddcdcc662c}
            isEnabled: {"==": {op1: {graphInput: {inputName: deploy}}, op2: "yes"}}
    ```

    ## What to do
    Decide. If the step is to run always, take `isEnabled` out of the file. If the condition is meant, use the component in a
    pipeline, within `dsl.If`, and convert that.
    """
    return (
        f"The task {task} has isEnabled, which KFP never looked at: the step always ran, and does so still.",
        "Take isEnabled out, or use the component within dsl.If in a pipeline where the condition is meant.",
    )
