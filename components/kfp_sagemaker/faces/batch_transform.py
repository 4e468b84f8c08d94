"""``v1/batch_transform``: the flat face on CreateTransformJob, input for input that of the component it succeeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.card import duration
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.face import CARD, Built, Call, Collected, Ended, Face, Output, OutputType
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.resources.transform_job import TRANSFORM_JOB

_OPERATION = "CreateTransformJob"
_INPUT, _OUTPUT = f"{_OPERATION}.TransformInput", f"{_OPERATION}.TransformOutput"
#: What the service adds to the name of an input object, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformOutput.html.
_SUFFIX = ".out"

INPUTS = (
    Input("model_name", InputType.STRING, "Name of the model.", target=f"{_OPERATION}.ModelName"),
    Input("input_location", InputType.STRING, "S3 URI of the input: a prefix, or a manifest as data_type says.",
          target=f"{_INPUT}.DataSource.S3DataSource.S3Uri"),
    Input("output_location", InputType.STRING, "S3 URI under which the results are put, one object for each of the input.",
          target=f"{_OUTPUT}.S3OutputPath"),
    Input("content_type", InputType.STRING, "MIME type of the input, which the model is told.", default="",
          target=f"{_INPUT}.ContentType"),
    Input("accept", InputType.STRING, "MIME type that the model is asked for.", default="", target=f"{_OUTPUT}.Accept"),
    Input("split_type", InputType.STRING, "How objects are split into records: None, Line, RecordIO or TFRecord.",
          default="None", target=f"{_INPUT}.SplitType", choices=("None", "Line", "RecordIO", "TFRecord")),
    Input("batch_strategy", InputType.STRING, "Records in a request: MultiRecord or SingleRecord.", default="",
          target=f"{_OPERATION}.BatchStrategy", choices=("MultiRecord", "SingleRecord")),
    Input("instance_type", InputType.STRING, "ML instance type.", default="ml.m4.xlarge",
          target=f"{_OPERATION}.TransformResources.InstanceType"),
    Input("instance_count", InputType.INTEGER, "Number of instances.", default="1",
          target=f"{_OPERATION}.TransformResources.InstanceCount"),
    *CONNECTION_INPUTS,
    Input("job_name", InputType.STRING, "Name of the job; empty: a name that a retried step finds again.", default="",
          target=f"{_OPERATION}.TransformJobName", advanced=True),
    Input("max_concurrent", InputType.INTEGER, "Requests at the same time to each instance. 0: as the model tells, or 1.",
          default="0", target=f"{_OPERATION}.MaxConcurrentTransforms", advanced=True),
    Input("max_payload", InputType.INTEGER, "Size of a request in MB at most. 0: no limit, for Transfer-Encoding chunked.",
          default="6", target=f"{_OPERATION}.MaxPayloadInMB", advanced=True),
    Input("environment", InputType.OBJECT, "Environment variables of the container, name to text.", default="{}",
          target=f"{_OPERATION}.Environment", shown=False, advanced=True),
    Input("data_type", InputType.STRING, "What input_location is: S3Prefix, ManifestFile, AugmentedManifestFile or Converse.",
          default="S3Prefix", target=f"{_INPUT}.DataSource.S3DataSource.S3DataType",
          choices=("S3Prefix", "ManifestFile", "AugmentedManifestFile", "Converse"), advanced=True),
    Input("compression_type", InputType.STRING, "Compression of the input: None or Gzip.", default="None",
          target=f"{_INPUT}.CompressionType", choices=("None", "Gzip"), advanced=True),
    Input("assemble_with", InputType.STRING, "What is put between results: None or Line.", default="",
          target=f"{_OUTPUT}.AssembleWith", choices=("None", "Line"), advanced=True),
    Input("output_encryption_key", InputType.STRING, "KMS key for the results in S3.", default="",
          target=f"{_OUTPUT}.KmsKeyId", advanced=True),
    Input("input_filter", InputType.STRING, "JSONPath of the part of a record that the model gets.", default="",
          target=f"{_OPERATION}.DataProcessing.InputFilter", advanced=True),
    Input("output_filter", InputType.STRING, "JSONPath of the part of the (joined) result that is kept.", default="",
          target=f"{_OPERATION}.DataProcessing.OutputFilter", advanced=True),
    Input("join_source", InputType.STRING, "What results are joined with: None or Input.", default="None",
          target=f"{_OPERATION}.DataProcessing.JoinSource", choices=("None", "Input"), advanced=True),
    Input("resource_encryption_key", InputType.STRING, "KMS key for the instances' storage.", default="",
          target=f"{_OPERATION}.TransformResources.VolumeKmsKeyId", advanced=True),
    Input("data_capture_config", InputType.OBJECT, "DataCaptureConfig as in the API: capture of input and results in S3.",
          default="{}", target=f"{_OPERATION}.DataCaptureConfig", advanced=True),
    Input("model_client_config", InputType.OBJECT, "ModelClientConfig as in the API: timeout and retries of requests.",
          default="{}", target=f"{_OPERATION}.ModelClientConfig", advanced=True),
    *STEP_INPUTS,
)


def build(values: Mapping[str, Any]) -> Built:
    """The CreateTransformJob request."""
    requests, problems = assemble(INPUTS, values, (_OPERATION,))
    return Built(requests, tuple(problems))


def lookups(described: Mapping[str, Any], requests: Mapping[str, Mapping[str, Any]]) -> tuple[Call, ...]:
    """The objects under the output location, and those of the input where it is a prefix."""
    source = described["TransformInput"]["DataSource"]["S3DataSource"]
    locations = [_output_location(described, requests).rstrip("/") + "/"]
    locations += [source["S3Uri"]] if source["S3DataType"] == "S3Prefix" else []
    places = [urlsplit(location) for location in locations]
    if any(place.scheme != "s3" for place in places):
        return ()
    return tuple(Call("ListObjectsV2", {"Bucket": place.netloc, "Prefix": place.path.lstrip("/")}, service="s3")
                 for place in places)


def _output_location(described: Mapping[str, Any], requests: Mapping[str, Mapping[str, Any]]) -> str:
    output = described.get("TransformOutput") or requests[_OPERATION]["TransformOutput"]
    return str(output["S3OutputPath"])


def collect(ended: Ended) -> Collected:
    """Outputs out of a DescribeTransformJob response and the answers to ``lookups``."""
    described = ended.described
    location = _output_location(described, ended.requests)
    objects = _made(described, location, *ended.answers)
    partly = " among the first 1000 under the output location" if any(_is_cut(answer) for answer in ended.answers) else ""
    figures = {"Model": f"`{described.get('ModelName', '')}`", "Output": f"`{location}`",
               "Output objects": f"{len(objects)}{partly}"}
    began, finished = described.get("TransformStartTime"), described.get("TransformEndTime")
    if began and finished:
        figures["Ran for"] = duration((finished - began).total_seconds())
    return Collected(
        parameters={"output_location": location, "output_objects": objects,
                    "job_name": described.get("TransformJobName", ""), "arn": described.get("TransformJobArn", "")},
        figures=figures,
    )


def _made(
    described: Mapping[str, Any], location: str,
    outputs: Mapping[str, Any] | None = None, inputs: Mapping[str, Any] | None = None,
) -> list[str]:
    """S3 URIs of the objects that are named after one of the input and are no older than the job.

    Without the names of the input (a manifest, a denied or incomplete listing) the suffix has to do.
    """
    names = None
    if inputs and inputs.get("Contents") and not _is_cut(inputs):
        names = {_last(each["Key"]) + _SUFFIX for each in inputs["Contents"]}
    created = described["CreationTime"].replace(microsecond=0)  # LastModified has whole seconds.
    keys = [each["Key"] for each in (outputs or {}).get("Contents") or []
            if each["Key"].endswith(_SUFFIX) and (names is None or _last(each["Key"]) in names)
            and each["LastModified"] >= created]
    return [f"s3://{urlsplit(location).netloc}/{key}" for key in keys]


def _last(key: str) -> str:
    return key.rpartition("/")[2]


def _is_cut(answer: Mapping[str, Any]) -> bool:
    return "NextToken" in answer


BATCH_TRANSFORM = Face(
    id="v1/batch_transform",
    display_name="SageMaker - Batch Transformation",
    description="Runs a SageMaker transform job, which sends a whole data set through a model, and waits for its end.",
    resources=(TRANSFORM_JOB,),
    operations=(_OPERATION,),
    inputs=INPUTS,
    outputs=(
        Output("output_location", OutputType.STRING, "S3 URI under which the results are."),
        Output("output_objects", OutputType.ARRAY,
               "S3 URIs of the results, found among the first 1000 objects under output_location."),
        Output("job_name", OutputType.STRING, "Name of the transform job."),
        Output("arn", OutputType.STRING, "ARN of the transform job."),
        CARD,
    ),
    build=build,
    collect=collect,
    lookups=lookups,
    reads=("s3:ListBucket",),
)
