"""The files of a conversion, and writing them: all of one pipeline, or none. Files that are a person's own stay.

    pipeline.yaml  report.json  report.md  images.txt  TODO.md  iam/*.json  bundles/*.step

Of a component.yaml also component.yaml, and component.py with a Python op. With ``--python`` also pipeline.py.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from kfp_sagemaker_converter.back_ends.component import component_files
from kfp_sagemaker_converter.back_ends.python.source import FILE_NAME as PYTHON_FILE
from kfp_sagemaker_converter.configuration.configuration import Configuration
from kfp_sagemaker_converter.conversion import Conversion
from kfp_sagemaker_converter.own_files import REPORT, written_before
from kfp_sagemaker_converter.renderers.json_report import json_report
from kfp_sagemaker_converter.renderers.markdown import markdown
from kfp_sagemaker_converter.renderers.todo import todo


def files_of(conversion: Conversion) -> dict[str, bytes]:
    """Relative path to content; none for input that was refused."""
    if not conversion.documents:
        return {}
    report = conversion.report
    files = {
        "pipeline.yaml": conversion.text,
        "report.md": markdown(report),
        "images.txt": images_text(report.images),
        "TODO.md": todo(report),
    }
    if conversion.document and conversion.document.is_component:
        files |= component_files(conversion.document, conversion.documents[0])
    if conversion.python:
        files[PYTHON_FILE] = conversion.python
    for name, policy in report.iam_policies.items():
        files[f"iam/{name}.json"] = json.dumps(policy, indent=2) + "\n"
    contents = {path: text.encode("utf-8", "backslashreplace") for path, text in files.items()}
    for bundle in conversion.bundles:
        contents[f"bundles/{bundle.uri.rpartition('/')[2]}"] = bundle.content
    contents[REPORT] = json_report(report, [*contents, REPORT]).encode("utf-8", "backslashreplace")
    return contents


def images_text(images: Mapping[str, str]) -> str:
    """One image a line, and where it has to be copied; a comment where the configuration does not say. Empty for none."""
    unknown = Configuration(registry="ACCOUNT.dkr.ecr.REGION.amazonaws.com")
    lines = [
        f"{image}\t{target}" if target else f"# {image}\t{unknown.target_image(image)}"
        for image, target in sorted(images.items())
    ]
    if not all(images.values()):
        lines.insert(0, "# Name the registry in the configuration (registry:), and convert again.")
    return "".join(f"{_one_line(line)}\n" for line in lines)


def _one_line(text: str) -> str:
    """A name of the pipeline's in one line, whatever is in it."""
    return "".join(character if character.isprintable() or character == "\t" else " " for character in text)


def write_files(folder: Path, files: Mapping[str, bytes], kept: Iterable[Path] = ()) -> None:
    """Write files below a folder, which is made: first all of them under other names, then each in its place.

    Files of an earlier conversion are replaced, and those that there are no more go. ``kept`` are files that must stay what
    they are: those that were converted.

    Raises:
        OSError: one cannot be written, or is one of ``kept``, or is there and no conversion's; what was there is as it was.
    """
    untouchable = {os.path.realpath(path) for path in kept}
    before = written_before(folder)
    gone = sorted(before - files.keys())
    for path in (folder / name for name in (*files, *gone)):
        if os.path.realpath(path) in untouchable:
            raise OSError(errno.EEXIST, "it is the file that is converted; choose another folder", str(path))
    foreign = [name for name in files if name not in before and (folder / name).is_file()]
    if foreign:
        problem = f"the folder has {', '.join(foreign)} of no earlier conversion; choose another folder, or move what is there"
        raise OSError(errno.EEXIST, problem, str(folder))
    waiting: list[tuple[str, Path]] = []
    made: list[Path] = []
    try:
        for relative, content in files.items():
            path = folder / relative
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            made += _make(path.parent)
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            waiting.append((temporary, path))
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            os.chmod(temporary, 0o644)
        while waiting:
            os.replace(*waiting[0])
            del waiting[0]
        for path in (folder / name for name in gone):
            with suppress(OSError):  # a folder by now; and the folder around it has files
                path.unlink(missing_ok=True)
                path.parent.rmdir()
    except BaseException:
        for temporary, _ in waiting:
            os.unlink(temporary)
        for empty in reversed(made):
            with suppress(OSError):
                empty.rmdir()
        raise


def _make(folder: Path) -> list[Path]:
    """Make a folder and those above it; which were not there, the outermost first."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]
