"""Converting pipelines of 10 to 10,000 steps, and kfp's compiling of the same pipeline: seconds of CPU, and peak memory.

Each figure is of a process of its own, without what its imports take: those are the same for both.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from bench.row import Row


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    def ignore_aliases(self, data: Any) -> bool:
        return True


_SIZES = (10, 100, 1_000, 10_000)
#: Steps of the pipeline that kfp compiles too: of 10,000, it takes minutes.
_COMPARED = 300

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
_COMPILE = """
import importlib.util, sys
from time import process_time
from kfp.compiler import Compiler
start = process_time()
spec = importlib.util.spec_from_file_location("many", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
Compiler().compile(module.many, sys.argv[2])
print(process_time() - start)
"""
_CONVERT = """
import json, resource, sys
from pathlib import Path
from time import process_time
import kfp.pipeline_spec.pipeline_spec_pb2
from kfp_sagemaker_converter.configuration.configuration import Configuration
from kfp_sagemaker_converter.conversion import convert
configuration = Configuration(role="arn:aws:iam::123456789012:role/bench", bucket="bench")
start = process_time()
conversion = convert(Path(sys.argv[1]).read_text(), "many.yaml", configuration)
Path(sys.argv[2]).write_text(conversion.text)
seconds = process_time() - start
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, len(conversion.report.moved)]))
"""


def conversion_rows() -> list[Row]:
    """Ratio to kfp's compiler, how time grows from 1,000 to 10,000 steps, and seconds and MiB for each size."""
    with TemporaryDirectory() as directory:
        folder = Path(directory)
        compiled, compile_time = _compiled(folder, _COMPARED)
        compared, _ = _converted(folder, compiled, _COMPARED)
        pair, _ = _compiled(folder, 2)
        figures = {size: _converted(folder, _repeated(folder, pair, size // 2), size) for size in _SIZES}
    growth = figures[10_000][0] / figures[1_000][0] / 10
    rows = [
        Row(f"conversion of {_COMPARED} steps / kfp's compiling of them", compared / compile_time, "x", 1),
        Row("time per step, 10,000 steps / 1,000 steps", growth, "x", 1.5),
    ]
    for size, (seconds, memory) in figures.items():
        rows += [Row(f"  conversion of {size:,} steps", seconds, "s"), Row("    largest memory", memory, "MiB")]
    return rows


def _compiled(folder: Path, steps: int) -> tuple[Path, float]:
    source, output = folder / f"many{steps}.py", folder / f"many{steps}.yaml"
    source.write_text(_SOURCE.format(pairs=steps // 2))
    return output, float(_run(_COMPILE, source, output))


def _converted(folder: Path, pipeline: Path, steps: int) -> tuple[float, float]:
    seconds, memory, moved = json.loads(_run(_CONVERT, pipeline, folder / "converted.yaml"))
    if moved != steps:
        raise AssertionError(f"{moved} of {steps} steps moved")
    return seconds, memory


def _run(program: str, *arguments: Path) -> str:
    command = [sys.executable, "-W", "ignore", "-c", program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout.splitlines()[-1]


def _repeated(folder: Path, pair: Path, times: int) -> Path:
    """The pipeline of two steps, as often as asked for: what the compiler would write."""
    ir: dict[str, Any] = yaml.safe_load(pair.read_text())
    components, executors, tasks = ir["components"], ir["deploymentSpec"]["executors"], ir["root"]["dag"]["tasks"]
    for number in range(2, times + 1):
        for name in ("make", "use"):
            components[f"comp-{name}-{number}"] = {**components[f"comp-{name}"], "executorLabel": f"exec-{name}-{number}"}
            executors[f"exec-{name}-{number}"] = executors[f"exec-{name}"]
            task = json.loads(json.dumps(tasks[name]).replace('"make"', f'"make-{number}"'))
            tasks[f"{name}-{number}"] = {**task, "componentRef": {"name": f"comp-{name}-{number}"}}
    output = folder / f"repeated{times}.yaml"
    output.write_text(yaml.dump(ir, Dumper=_Dumper))
    return output
