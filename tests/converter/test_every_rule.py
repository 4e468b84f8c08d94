"""Every rule is said somewhere: a page about what is never told would be a promise that nobody keeps."""

from __future__ import annotations

import re
from pathlib import Path

import kfp_sagemaker_converter
import pytest
from kfp_sagemaker_converter.diagnostics import rules

PACKAGE = Path(kfp_sagemaker_converter.__file__).parent
SOURCE = "\n".join(path.read_text() for path in sorted(PACKAGE.rglob("*.py")) if path.parent.name != "rules")


@pytest.mark.parametrize("code", rules())
def test_a_rule_is_used(code: str) -> None:
    function = rules()[code].says.__name__
    assert re.search(rf"rules\.{function}\b", SOURCE), f"{code} ({function}) is never said"
