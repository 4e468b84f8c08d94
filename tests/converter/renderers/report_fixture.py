"""One report that has everything, for all renderers: each kind of step, each severity, and text out to break them."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Diagnostic, Severity
from kfp_sagemaker_converter.model import Format
from kfp_sagemaker_converter.report import Outcome, Report, StepReport
from kfp_sagemaker_converter.source import Location

FILE = "pipelines/train.yaml"

REPORT = Report(
    file=FILE,
    format=Format.KFP_V2_IR,
    pipeline="digits",
    steps=(
        StepReport("exec-prepare", Location(FILE, 40), Outcome.MOVED, "reads or writes data (artifacts)", "comp-prepare",
                   ("prepare",), "python:3.11", "registry/python:3.11", "processing", "ml.m5.large",
                   "the default, as it asks for nothing", ("KSC707",)),
        StepReport("exec-train", Location(FILE, 60), Outcome.MOVED, "needs an accelerator", "comp-train",
                   ("for-loop-1/train",), "torch|`x`:2", "registry/torch:2", "training", "", "by cpu limit",
                   ("KSC401", "KSC402")),
        StepReport("exec-notify\x1b[31m", Location(FILE, 80), Outcome.KEPT, "passes parameters only", "comp-notify",
                   ("notify",), "python:3.11"),
    ),
    diagnostics=(
        Diagnostic("KSC301", Severity.INFO, "It passes parameters only.", "", Location(FILE, 80), "exec-notify\x1b[31m"),
        Diagnostic("KSC403", Severity.APPROXIMATE, "nvidia-tesla-p4 is not offered; ml.g4dn.xlarge has 1 T4.", "Check it.",
                   Location(FILE, 60), "exec-train"),
        Diagnostic("KSC707", Severity.MANUAL, "python:3.11 has to be copied to registry/python:3.11.", "Copy it | <b>now</b>.",
                   Location(FILE, 40), "python:3.11"),
    ),
    images={"python:3.11": "registry/python:3.11", "torch|`x`:2": ""},
    added_parameters={"sagemaker_role": None, "sagemaker_region": "eu-west-1", "sagemaker_subnets": ""},
    cluster_needs=("A pipeline root in S3.",),
    iam_policies={"pod": {"Version": "2012-10-17"}, "job": {"Version": "2012-10-17"}},
)  # fmt: skip

REFUSED = Report(
    file="-",
    format=Format.KFP_V1_ARGO,
    diagnostics=(Diagnostic("KSC106", Severity.ERROR, "This is a KFP 1 pipeline.", "Port it.", Location("-", 1), "-"),),
)

NOTHING = Report(file=FILE, format=Format.KFP_V2_IR, pipeline="empty")
