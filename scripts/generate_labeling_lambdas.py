"""Generate the table of Ground Truth's built-in task types, or check that the checked-in one is current.

    python scripts/generate_labeling_lambdas.py           # write components/kfp_sagemaker/faces/labeling_tasks.json
    python scripts/generate_labeling_lambdas.py --check   # exit 1 when that file is not what would be written

The facts are the ARNs that the API reference lists, in the words in which botocore's wheel (Apache-2.0, fetched with pip at
the version and hash pinned below) carries it: under HumanTaskConfig.PreHumanTaskLambdaArn,
AnnotationConsolidationConfig.AnnotationConsolidationLambdaArn, UiConfig.HumanTaskUiArn and
LabelingJobAlgorithmsConfig.LabelingJobAlgorithmSpecificationArn. To move to a newer botocore, change both pins, generate, and
review the difference.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

from kfp_sagemaker.faces import labeling_tasks
from pinned_wheel import write_or_check

PINNED_PACKAGE = "botocore==1.44.5"
# The table decides whose functions see the data, so it is pinned by content and not only by version.
BOTOCORE_WHEEL_SHA256 = "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921"
SERVICE_MODEL = "botocore/data/sagemaker/2017-07-24/service-2.json.gz"
TABLE_PATH = Path(labeling_tasks.__file__).with_name("labeling_tasks.json")

_HEADING = re.compile(r"<p>\s*<b>([^<]+)</b>")
_FUNCTION = re.compile(r"arn:aws:lambda:([a-z0-9-]+):(\d{12}):function:(PRE|ACS)-(\w+)")
_USER_INTERFACE = re.compile(r"arn:aws:sagemaker:[a-z-]+:(\d{12}):human-task-ui/(\w+)")
_ALGORITHM = re.compile(r"arn:aws:sagemaker:region:(\d{12}):labeling-job-algorithm-specification/([a-z-]+)")


def documentation(wheel: Path, shape: str, member: str) -> str:
    """Return the HTML text on a member of a shape in SageMaker's service model."""
    with zipfile.ZipFile(wheel) as files:
        shapes = json.loads(gzip.decompress(files.read(SERVICE_MODEL)))["shapes"]
    return str(shapes[shape]["members"][member]["documentation"])


def plain(text: str) -> str:
    """Return HTML text without its tags."""
    return re.sub(r"<[^>]+>", "", text)


def accounts_by_task(text: str) -> dict[str, dict[str, str]]:
    """Return the account by region of every function that ``text`` lists, by task (BoundingBox)."""
    found: dict[str, dict[str, str]] = {}
    for region, account, _, task in _FUNCTION.findall(text):
        if found.setdefault(task, {}).setdefault(region, account) != account:
            raise ValueError(f"{task} is listed in {region} with two accounts; not handled here.")
    return found


def titles(text: str) -> dict[str, str]:
    """Return what the first heading above each task's first function says (Bounding box)."""
    found: dict[str, str] = {}
    title = ""
    for part in re.split(r"(?=<p>\s*<b>)", text):
        heading = _HEADING.match(part)
        title = heading[1].strip() if heading else title
        for _, _, _, task in _FUNCTION.findall(part):
            found.setdefault(task, title)
    return found


def one_account(accounts: set[str], what: str) -> str:
    """Return the only account. Raises ValueError when the documentation names several, or none."""
    if len(accounts) != 1:
        raise ValueError(f"{what}: expected one account, found {sorted(accounts)}; not handled here.")
    return accounts.pop()


def build_table(wheel: Path) -> dict[str, Any]:
    """Return the table as it is written. Raises ValueError when the documentation is not of the form that is read here."""
    before = documentation(wheel, "HumanTaskConfig", "PreHumanTaskLambdaArn")
    after = documentation(wheel, "AnnotationConsolidationConfig", "AnnotationConsolidationLambdaArn")
    tasks = accounts_by_task(before)
    if tasks != accounts_by_task(after):
        raise ValueError("Functions before and after the human task differ in task, region or account; not handled here.")
    regions = {region for accounts in tasks.values() for region in accounts}
    accounts = {region: one_account({task[region] for task in tasks.values() if region in task}, region) for region in regions}
    interfaces = _USER_INTERFACE.findall(plain(documentation(wheel, "UiConfig", "HumanTaskUiArn")))
    algorithms = _ALGORITHM.findall(
        plain(documentation(wheel, "LabelingJobAlgorithmsConfig", "LabelingJobAlgorithmSpecificationArn")))
    return {
        "generated_by": "scripts/generate_labeling_lambdas.py",
        "source": f"the API reference as in {PINNED_PACKAGE} (PyPI, Apache-2.0): PreHumanTaskLambdaArn, "
                  "AnnotationConsolidationLambdaArn, HumanTaskUiArn, LabelingJobAlgorithmSpecificationArn",
        "accounts": accounts,
        "tasks": {task: {"title": title, "regions": sorted(tasks[task])} for task, title in titles(before).items()},
        "user_interface_account": one_account({account for account, _ in interfaces}, "HumanTaskUiArn"),
        "user_interfaces": sorted({name for _, name in interfaces}),
        "algorithm_account": one_account({account for account, _ in algorithms}, "LabelingJobAlgorithmSpecificationArn"),
        "algorithms": sorted({name for _, name in algorithms}),
    }


def main(arguments: list[str] | None = None) -> int:
    """Write the table or check it; return the exit status."""
    what = "Ground Truth's built-in task types"
    return write_or_check(what, TABLE_PATH, {PINNED_PACKAGE: BOTOCORE_WHEEL_SHA256}, build_table, arguments)


if __name__ == "__main__":
    sys.exit(main())
