"""Converting pipelines of 10 to 10,000 steps, and kfp's compiling of the same pipelines: seconds of CPU, and peak memory.

Compared are, for kfp, from the pipeline's Python source to its IR in a file, and for the converter from that IR to the
converted pipeline in a file; converting source would be both. Each figure is of a process of its own that has done the same
with two steps before, so that imports, the same for both, are not in it. Memory is the peak, without what there was before.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from kfp_sagemaker_converter.back_ends.kfp.yaml_text import yaml_of

from bench.row import Row

#: Steps of the pipelines that are converted, and how often: the shortest counts.
_CONVERTED: Mapping[int, int] = {10: 40, 100: 5, 1_000: 2, 2_000: 1, 10_000: 1}
_LARGEST = max(_CONVERTED)
#: And of those that kfp compiles too; the largest only when asked for: it takes kfp twenty minutes and more.
_COMPILED: Mapping[int, int] = {10: 40, 100: 5, 1_000: 1, 2_000: 1}
_ALL_COMPILED: Mapping[int, int] = {**_COMPILED, _LARGEST: 1}

_SOURCE = """
from kfp import dsl

@dsl.component(base_image="python:3.11")
def make(rows: int, data: dsl.Output[dsl.Dataset]):
    open(data.path, "w").write("x" * rows)

@dsl.component(base_image="python:3.11")
def use(data: dsl.Input[dsl.Dataset]) -> float:
    return 1.0

@dsl.pipeline(name="many")
def many(rows: int = 3):
    for _ in range({pairs}):
        use(data=make(rows=rows).outputs["data"])
"""
#: Both programs are given the input of two steps, the input to measure, the output, and how often.
_MEASURED = """
import json, os, resource, sys
from pathlib import Path
from time import process_time

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

def resident():
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20 if statm.is_file() else peak()

small, large, output, times = sys.argv[1:]
done(small, output)
before, seconds = resident(), []
for _ in range(int(times)):
    start = process_time()
    steps = done(large, output)
    seconds.append(process_time() - start)
print(json.dumps([min(seconds), max(0, peak() - before), steps]))
"""
_COMPILE = """
import importlib.util
from kfp.compiler import Compiler

def done(source, output):
    spec = importlib.util.spec_from_file_location("many", source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    Compiler().compile(module.many, output)
    return len(module.many.pipeline_spec.root.dag.tasks)
""" + _MEASURED
_CONVERT = """
from pathlib import Path
import kfp.pipeline_spec.pipeline_spec_pb2
from kfp_sagemaker_converter.configuration.configuration import Configuration
from kfp_sagemaker_converter.conversion import convert
configuration = Configuration(role="arn:aws:iam::123456789012:role/bench", bucket="bench")

def done(pipeline, output):
    conversion = convert(Path(pipeline).read_text(), "many.yaml", configuration)
    Path(output).write_text(conversion.text)
    return len(conversion.report.moved)
""" + _MEASURED


@dataclass(frozen=True)
class _Figures:
    seconds: float
    memory: float
    steps: int

    @property
    def milliseconds_each(self) -> float:
        return self.seconds / self.steps * 1000

    @property
    def kilobytes_each(self) -> float:
        return self.memory / self.steps * 1024


def conversion_rows(compile_all: bool) -> list[Row]:
    """Ratios to kfp's compiler, how time and memory grow up to 10,000 steps, and the figures of each size."""
    sizes = _ALL_COMPILED if compile_all else _COMPILED
    with TemporaryDirectory() as directory:
        folder = Path(directory)
        for size in (2, *sizes):
            (folder / f"{size}.py").write_text(_SOURCE.format(pairs=size // 2))
        compiled = {size: _figures(_COMPILE, folder, size, times, ".py") for size, times in sizes.items()}
        _figures(_COMPILE, folder, 2, 1, ".py")
        if not compile_all:
            _repeat(folder / "2.yaml", folder / f"{_LARGEST}.yaml", _LARGEST // 2)
        converted = {size: _figures(_CONVERT, folder, size, times, ".yaml") for size, times in _CONVERTED.items()}
    return _rows(compiled, converted)


def _rows(compiled: Mapping[int, _Figures], converted: Mapping[int, _Figures]) -> list[Row]:
    rows = [
        Row(f"conversion of {size:,} steps / kfp's compiling of them", converted[size].seconds / one.seconds, "x", 1)
        for size, one in compiled.items()
    ]
    last, thousand = converted[_LARGEST], converted[1_000]
    of_time, of_memory = last.milliseconds_each / thousand.milliseconds_each, last.kilobytes_each / thousand.kilobytes_each
    rows += [
        Row(f"conversion, time per step: {_LARGEST:,} steps / 1,000 steps", of_time, "x", 1.5),
        Row(f"conversion, peak memory per step: {_LARGEST:,} steps / 1,000 steps", of_memory, "x", 2),
    ]
    for size, one in converted.items():
        rows.append(Row(f"  conversion of {size:,} steps", one.seconds, "s"))
        rows += [Row("    each", one.milliseconds_each, "ms"), Row("    peak memory", one.memory, "MiB")]
        rows += [Row("    each", one.kilobytes_each, "KiB")] if size >= 1_000 else []
        if size in compiled:
            rows.append(Row("    kfp's compiling of them", compiled[size].seconds, "s"))
            rows.append(Row("      peak memory", compiled[size].memory, "MiB"))
    return rows


def _figures(program: str, folder: Path, size: int, times: int, suffix: str) -> _Figures:
    """What a program measures of itself. Of compiling, the IR is left beside the source."""
    output = folder / f"{size}.yaml" if suffix == ".py" else folder / "converted.yaml"
    arguments = [folder / f"2{suffix}", folder / f"{size}{suffix}", output, times]
    command = [sys.executable, "-W", "ignore", "-c", program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    figures = _Figures(*json.loads(done.stdout.splitlines()[-1]))
    if figures.steps != size:
        raise AssertionError(f"{figures.steps} of {size} steps")
    return figures


def _repeat(pair: Path, output: Path, times: int) -> None:
    """Write the pipeline of two steps as often as asked for: what the compiler would, in half an hour."""
    ir: dict[str, Any] = yaml.safe_load(pair.read_text())
    components, executors, tasks = ir["components"], ir["deploymentSpec"]["executors"], ir["root"]["dag"]["tasks"]
    for number in range(2, times + 1):
        for name in ("make", "use"):
            components[f"comp-{name}-{number}"] = {**components[f"comp-{name}"], "executorLabel": f"exec-{name}-{number}"}
            executors[f"exec-{name}-{number}"] = executors[f"exec-{name}"]
            task = json.loads(json.dumps(tasks[name]).replace('"make"', f'"make-{number}"'))
            tasks[f"{name}-{number}"] = {**task, "componentRef": {"name": f"comp-{name}-{number}"}}
    output.write_text(yaml_of([ir], "many"))
