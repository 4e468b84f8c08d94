"""KSC8xx: the configuration file."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Says, Severity, rule


@rule("KSC801", Severity.ERROR)
def wrong_configuration(where: str, problem: str, fix: str) -> Says:
    """The configuration does not follow its schema.

    ## What it does
    Refuses to convert with a configuration that has an unknown key, a value of the wrong type or form, or a combination that
    SageMaker would refuse. All problems of all files are reported at once, each with its line.

    ## Why
    A setting that is misspelt is a setting that is not followed: the job would run with another role, or without its VPC.

    ## Example
    ```yaml
    defaults:
      instance_typ: ml.m5.large
    ```

    ## What to do
    Correct the line. The [reference](../configuration.md) lists every key; an editor that knows the JSON schema
    (`kfp-sagemaker init --schema`) completes and checks them while you type.
    """
    return f"{where or 'The file'}: {problem}.", fix or "See docs/configuration.md for what is allowed."


@rule("KSC802", Severity.ERROR)
def configuration_not_there(path: str, problem: str) -> Says:
    """A configuration file cannot be read.

    ## What it does
    Refuses to convert when the file given with `--config`, or one beneath it (`extends`), is missing, unreadable, or in a
    circle of `extends`.

    ## Why
    Converting without the platform team's settings would give a pipeline that looks right and runs elsewhere.

    ## Example
    ```yaml
    extends: ../platform/kfp-sagemaker.yaml   # there is no such file
    ```

    ## What to do
    Correct the path. `extends` is relative to the file it stands in.
    """
    return f"The configuration {path} {problem}.", "Correct the path; extends is relative to the file that it stands in."


@rule("KSC803", Severity.MANUAL)
def unknown_instance_type(name: str, nearest: str) -> Says:
    """The configuration names an instance type that the table does not have.

    ## What it does
    Keeps the type as it is written and says that nothing here knows it: neither its size nor which jobs it is allowed for.

    ## Why
    The table is made from one version of botocore. A newer type is fine, a misspelt one fails when the job is created.

    ## Example
    ```yaml
    defaults:
      instance_type: ml.m5.lagre
    ```

    ## What to do
    Compare with `kfp-sagemaker profiles`, or with the AWS page of instance types if it is newer.
    """
    return f"The instance type {name} is not known.", f"Check the name{nearest}; `kfp-sagemaker profiles` lists those known."


@rule("KSC804", Severity.MANUAL)
def rule_without_steps(pattern: str) -> Says:
    """A rule of the configuration matches no step.

    ## What it does
    Names a rule under `steps` of the project's own file whose name or image no step of the pipeline has. Rules of the files
    beneath it are for many pipelines, and are not expected to match in each.

    ## Why
    A rule that keeps a step in the cluster, or gives it a larger instance, is easily lost when the step is renamed.

    ## Example
    ```yaml
    steps:
      - name: trian
        instance_type: ml.g5.xlarge
    ```

    ## What to do
    Correct the name or the image, or remove the rule. `kfp-sagemaker check` lists the steps by name.
    """
    return f"The rule for {pattern} matches no step.", "Correct its name or image, or remove it."


@rule("KSC805", Severity.ERROR)
def converter_not_installed(missing: str) -> Says:
    """A library that the converter needs is not installed.

    ## What it does
    Stops before anything is read.

    ## Why
    The base install is what a step's pod needs, and stays small; what only the converter needs is an extra.

    ## Example
    ```sh
    pip install kfp-sagemaker
    kfp-sagemaker convert pipeline.yaml -o converted
    ```

    ## What to do
    `pip install 'kfp-sagemaker[convert]'`
    """
    return f"The converter needs the library {missing}.", "Install it: pip install 'kfp-sagemaker[convert]'."


@rule("KSC806", Severity.ERROR)
def settings_refused(step: str, others: int, problem: str) -> Says:
    """Settings that together no job can have.

    ## What it does
    Refuses to convert when defaults, rules and files, each right by itself, give the job of a step what SageMaker or the step
    would refuse. The line is that of the last rule for the step, or the first of the project's file.

    ## Why
    Every run of the step would fail.

    ## Example
    ```yaml
    steps:
      - {name: train, spot_instance: true, max_wait_time: 90000}
      - {image: "python*", max_run_time: 172800}   # train has such an image, and would wait less than it runs
    ```

    ## What to do
    Change one of the settings, or set it in a rule for this step, which comes last.
    """
    whose = step + (f" and of {others} more" if others else "")
    return f"The job of {whose} cannot have its settings: {problem}.", "Change it, for this step alone in a rule at the end."


@rule("KSC807", Severity.MANUAL)
def installs_in_isolation(step: str) -> Says:
    """A step installs packages, and its job has no network.

    ## What it does
    Keeps `network_isolation` as the configuration says, and says that `pip install` in the step's command will not work.

    ## Why
    A job in isolation reaches nothing but its inputs and outputs in S3: neither a package index nor AWS.

    ## Example
    ```yaml
    defaults: {network_isolation: true}
    ```

    ## What to do
    Put the packages into the image (`install_kfp_package=False`, `packages_to_install=[]`), or set `network_isolation: false`
    in a rule for the step.
    """
    return f"{step} installs packages, and its job has no network.", "Put them into the image, or end the isolation in a rule."
