"""Every code has a page of four parts, and the pages in the checkout are current."""

from __future__ import annotations

from pathlib import Path

import pytest
from kfp_sagemaker_converter.configuration.configuration import Job
from kfp_sagemaker_converter.configuration.validate import schema
from kfp_sagemaker_converter.diagnostics import SECTIONS, rules
from kfp_sagemaker_converter.generate.configuration_page import configuration_page
from kfp_sagemaker_converter.generate.files import generated_pages, stale, write

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("code", rules())
def test_a_rule_says_what_it_does_why_an_example_and_what_to_do(code: str) -> None:
    headings = [line.removeprefix("## ") for line in rules()[code].page.splitlines() if line.startswith("## ")]
    assert headings == list(SECTIONS)
    assert rules()[code].title.endswith(".")


def test_the_pages_in_the_checkout_are_current() -> None:
    assert stale(ROOT) == []


def test_stale_missing_and_superfluous_pages_are_named(tmp_path: Path) -> None:
    write(tmp_path)
    assert stale(tmp_path) == []
    (tmp_path / "docs/diagnostics/KSC101.md").write_text("old")
    (tmp_path / "docs/configuration.md").unlink()
    (tmp_path / "docs/diagnostics/KSC000.md").write_text("retired")
    assert stale(tmp_path) == [
        "docs/configuration.md: missing", "docs/diagnostics/KSC101.md: stale",
        "docs/diagnostics/KSC000.md: superfluous, no rule has it",
    ]  # fmt: skip
    write(tmp_path)
    assert stale(tmp_path) == []


def test_the_reference_has_every_setting() -> None:
    page = configuration_page()
    settings = {*schema()["properties"], *schema()["$defs"]["job"]["properties"], *schema()["$defs"]["rule"]["properties"]}
    assert {name for name in settings if f"| `{name}` |" not in page} == set()


def test_the_schema_and_the_data_have_the_same_settings_of_jobs() -> None:
    assert set(schema()["$defs"]["job"]["properties"]) == set(Job.__dataclass_fields__)


def test_the_list_links_every_page() -> None:
    pages = generated_pages()
    assert all(f"]({Path(path).name})" in pages["docs/diagnostics/index.md"] for path in pages if "/KSC" in path)
