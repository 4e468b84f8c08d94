"""Ground Truth's built-in task types: their names, functions, user interfaces, and algorithms for automated labeling.

Here: the look-up in the checked-in table labeling_tasks.json. Not here: how the table is made
(scripts/generate_labeling_lambdas.py), and what a request does with it.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

#: Task types whose labels are files that the manifest refers to, and their adjustment; not their verification. From the text
#: on LabelAttributeName, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateLabelingJob.html.
_LABELS_ARE_FILES = frozenset({
    "SemanticSegmentation", "VideoObjectDetection", "VideoObjectTracking", "3DPointCloudSemanticSegmentation",
    "3DPointCloudObjectTracking",
})
#: The algorithm of automated labeling by task type. The table also has one for semantic segmentation; it is not here since
#: the component that this one succeeds had none, and its contract refuses the combination.
_ALGORITHMS = {
    "BoundingBox": "object-detection", "ImageMultiClass": "image-classification", "TextMultiClass": "text-classification",
}
_ADJUSTMENT = "Adjustment"


class LabelingTask(NamedTuple):
    """A built-in task type."""

    name: str
    """As in the names of its functions: ``ImageMultiClass``."""
    title: str
    """As in the API reference: ``Image classification``."""
    regions: tuple[str, ...]
    """Where its functions are, sorted."""

    @property
    def labels_are_files(self) -> bool:
        """Whether the manifest refers to its labels, so that the label attribute's name has to end in ``-ref``."""
        return self.name.removeprefix(_ADJUSTMENT) in _LABELS_ARE_FILES

    @property
    def slug(self) -> str:
        """The title as part of a name: ``image-classification``."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower())


class LabelingTasks(NamedTuple):
    """The checked-in table."""

    tasks: tuple[LabelingTask, ...]
    accounts: dict[str, str]
    """The 12-digit AWS account of the functions, by region."""
    user_interface_account: str
    user_interfaces: frozenset[str]
    algorithm_account: str
    algorithms: frozenset[str]


@cache
def labeling_tasks() -> LabelingTasks:
    """Read the table; the file is opened on the first call only."""
    table = json.loads(Path(__file__).with_name("labeling_tasks.json").read_text(encoding="utf-8"))
    return LabelingTasks(
        tuple(LabelingTask(name, task["title"], tuple(task["regions"])) for name, task in table["tasks"].items()),
        table["accounts"],
        table["user_interface_account"],
        frozenset(table["user_interfaces"]),
        table["algorithm_account"],
        frozenset(table["algorithms"]),
    )


def find_task(name: str) -> LabelingTask | None:
    """The task type of that title or name; letter case and blanks around it do not matter."""
    wanted = name.strip().lower()
    return next((task for task in labeling_tasks().tasks if wanted in (task.title.lower(), task.name.lower())), None)


def function_arns(task: LabelingTask, region: str) -> tuple[str, str]:
    """ARNs of the functions before and after the human task. Raises ValueError, naming the regions that have them."""
    if region not in task.regions:
        raise ValueError(
            f"AWS lists no functions for {task.title.lower()} there, only in {', '.join(task.regions)}. Use one of these "
            "regions, or task_type custom with pre_human_task_function and post_human_task_function")
    place = f"arn:aws:lambda:{region}:{labeling_tasks().accounts[region]}:function"
    return f"{place}:PRE-{task.name}", f"{place}:ACS-{task.name}"


def user_interface_arn(task: LabelingTask, region: str) -> str | None:
    """ARN of the user interface that the task type needs instead of a template; None when it takes a template."""
    table = labeling_tasks()
    name = task.name.removeprefix(_ADJUSTMENT).removeprefix("3D")
    if name not in table.user_interfaces:
        return None
    return f"arn:aws:sagemaker:{region}:{table.user_interface_account}:human-task-ui/{name}"


def algorithm_arn(task: LabelingTask, region: str) -> str:
    """ARN of the algorithm of automated labeling. Raises ValueError, naming the task types that have one."""
    name = _ALGORITHMS.get(task.name)
    if name is None:
        with_one = ", ".join(other.title.lower() for other in labeling_tasks().tasks if other.name in _ALGORITHMS)
        raise ValueError(f"no algorithm for {task.title.lower()}, only for {with_one}")
    account = labeling_tasks().algorithm_account
    return f"arn:aws:sagemaker:{region}:{account}:labeling-job-algorithm-specification/{name}"
