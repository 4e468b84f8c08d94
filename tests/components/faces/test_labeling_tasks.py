"""Names of task types, and what AWS lists for each in each region."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from kfp_sagemaker.faces.labeling_tasks import (
    algorithm_arn,
    find_task,
    function_arns,
    labeling_tasks,
    user_interface_arn,
)

TASKS = {task.name: task for task in labeling_tasks().tasks}
REGIONS = {
    "us-west-2": "081040173940", "us-east-1": "432418664414", "us-east-2": "266458841044", "ca-central-1": "918755190332",
    "eu-west-1": "568282634449", "eu-west-2": "487402164563", "eu-central-1": "203001061592", "ap-northeast-1": "477331159723",
    "ap-northeast-2": "845288260483", "ap-south-1": "565803892007", "ap-southeast-1": "377565633583",
    "ap-southeast-2": "454466003867",
}


@pytest.mark.parametrize(("given", "name"), [
    ("bounding box", "BoundingBox"),
    ("image classification", "ImageMultiClass"),
    ("semantic segmentation", "SemanticSegmentation"),
    ("text classification", "TextMultiClass"),
    ("Image Classification", "ImageMultiClass"),
    ("  BOUNDING BOX ", "BoundingBox"),
    ("multi-label image classification", "ImageMultiClassMultiLabel"),
    ("multi-label text classification", "TextMultiClassMultiLabel"),
    ("named entity recognition", "NamedEntityRecognition"),
    ("NamedEntityRecognition", "NamedEntityRecognition"),
    ("video classification", "VideoMultiClass"),
    ("video frame object tracking", "VideoObjectTracking"),
    ("3D point cloud semantic segmentation", "3DPointCloudSemanticSegmentation"),
    ("bounding box verification", "VerificationBoundingBox"),
    ("semantic segmentation adjustment", "AdjustmentSemanticSegmentation"),
    ("passthrough", "PassThrough"),
])
def test_a_title_or_a_name_finds_the_task_type(given: str, name: str) -> None:
    task = find_task(given)
    assert task is not None
    assert task.name == name


@pytest.mark.parametrize("given", ["", "custom", "video frame", "box", "bounding-box"])
def test_no_other_name_does(given: str) -> None:
    assert find_task(given) is None


def test_no_two_task_types_share_a_name() -> None:
    names = [name for task in TASKS.values() for name in {task.title.lower(), task.name.lower()}]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("name", TASKS)
def test_every_task_type_has_both_functions_in_every_region(name: str, region: str) -> None:
    place = f"arn:aws:lambda:{region}:{REGIONS[region]}:function"
    assert function_arns(TASKS[name], region) == (f"{place}:PRE-{name}", f"{place}:ACS-{name}")


def test_there_are_no_other_regions() -> None:
    assert labeling_tasks().accounts == REGIONS
    assert all(set(task.regions) == set(REGIONS) for task in TASKS.values())


@pytest.mark.parametrize("region", ["eu-north-1", "cn-north-1", "us-gov-west-1", "mars"])
def test_another_region_is_refused_naming_the_alternatives(region: str) -> None:
    with pytest.raises(ValueError, match="AWS lists no functions for image classification there") as refused:
        function_arns(TASKS["ImageMultiClass"], region)
    assert all(other in str(refused.value) for other in (*REGIONS, "pre_human_task_function", "post_human_task_function"))


@pytest.mark.parametrize(("name", "algorithm"), [
    ("BoundingBox", "object-detection"),
    ("ImageMultiClass", "image-classification"),
    ("TextMultiClass", "text-classification"),
])
def test_the_algorithm_follows_the_task_type(name: str, algorithm: str) -> None:
    assert algorithm in labeling_tasks().algorithms
    assert algorithm_arn(TASKS[name], "eu-west-1") == (
        f"arn:aws:sagemaker:eu-west-1:027400017018:labeling-job-algorithm-specification/{algorithm}")


@pytest.mark.parametrize("name", sorted(set(TASKS) - {"BoundingBox", "ImageMultiClass", "TextMultiClass"}))
def test_the_others_have_none(name: str) -> None:
    with pytest.raises(ValueError, match="only for bounding box, image classification, text classification"):
        algorithm_arn(TASKS[name], "eu-west-1")


WITH_INTERFACE = {
    "NamedEntityRecognition": "NamedEntityRecognition",
    "VideoObjectDetection": "VideoObjectDetection",
    "AdjustmentVideoObjectDetection": "VideoObjectDetection",
    "VideoObjectTracking": "VideoObjectTracking",
    "AdjustmentVideoObjectTracking": "VideoObjectTracking",
    "3DPointCloudObjectDetection": "PointCloudObjectDetection",
    "Adjustment3DPointCloudObjectDetection": "PointCloudObjectDetection",
    "3DPointCloudObjectTracking": "PointCloudObjectTracking",
    "Adjustment3DPointCloudObjectTracking": "PointCloudObjectTracking",
    "3DPointCloudSemanticSegmentation": "PointCloudSemanticSegmentation",
    "Adjustment3DPointCloudSemanticSegmentation": "PointCloudSemanticSegmentation",
}


@pytest.mark.parametrize("name", TASKS)
def test_some_have_a_user_interface_of_their_own(name: str) -> None:
    interface = WITH_INTERFACE.get(name)
    expected = f"arn:aws:sagemaker:eu-west-1:394669845002:human-task-ui/{interface}" if interface else None
    assert user_interface_arn(TASKS[name], "eu-west-1") == expected


@pytest.mark.parametrize(("name", "files"), [
    ("SemanticSegmentation", True),
    ("AdjustmentSemanticSegmentation", True),
    ("VerificationSemanticSegmentation", False),
    ("VideoObjectDetection", True),
    ("AdjustmentVideoObjectTracking", True),
    ("3DPointCloudSemanticSegmentation", True),
    ("Adjustment3DPointCloudObjectTracking", True),
    ("3DPointCloudObjectDetection", False),
    ("BoundingBox", False),
    ("ImageMultiClass", False),
])
def test_labels_are_files_where_the_api_reference_says_so(name: str, files: bool) -> None:
    assert TASKS[name].labels_are_files is files


def test_a_slug_is_a_label_attribute_name() -> None:
    # LabelAttributeName's pattern, for all task types.
    assert all(re.fullmatch(r"[a-z0-9](-*[a-z0-9]){0,126}", task.slug) for task in TASKS.values())


def test_looking_up_imports_no_aws_library() -> None:
    code = ("import sys; from kfp_sagemaker.faces.labeling_tasks import find_task; find_task('bounding box');"
            "print(sorted({'boto3', 'botocore', 'sagemaker'} & set(sys.modules)))")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
