"""``python -m sagemaker_local``: a local SageMaker until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sagemaker_local import Settings, start
from sagemaker_local.fault_rules import FaultScriptError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until a signal; the exit code is 0, or 2 for settings that cannot be used."""
    settings = _settings(_parser().parse_args(arguments))
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        local = start(settings)
    except (FaultScriptError, OSError, ValueError) as error:
        print(f"sagemaker_local: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"sagemaker_local: {error}; install what it needs with: pip install 'kfp-sagemaker[local]'", file=sys.stderr)
        return 2
    with local:
        print(f"Local SageMaker at {local.url}", flush=True)
        for name, value in local.environment().items():
            print(f"export {name}={shlex.quote(value)}")
        print(f"Runner: {local.execution.description}", flush=True)
        ended.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    defaults = Settings()
    parser = argparse.ArgumentParser(prog="python -m sagemaker_local", description=__doc__)
    parser.add_argument("--host", default=defaults.host, help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=defaults.port, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--region", default=defaults.region, help="(default: %(default)s)")
    parser.add_argument("--account-id", default=defaults.account_id, help="(default: %(default)s)")
    parser.add_argument("--data-directory", type=Path, help="where the jobs' files are kept (default: a temporary one)")
    parser.add_argument(
        "--image", action="append", default=[], type=partial(_named_folder, "URI"), metavar="URI=FOLDER",
        help="folder that stands for an image",
    )  # fmt: skip
    parser.add_argument(
        "--file-system", action="append", default=[], type=partial(_named_folder, "ID"), metavar="ID=FOLDER",
        help="folder that stands for an EFS or FSx for Lustre file system",
    )  # fmt: skip
    parser.add_argument("--runner", default=defaults.runner, help="how containers are run (default: %(default)s)")
    parser.add_argument("--labels", type=_folder, metavar="FOLDER", help="folder whose JOB.json finishes labeling job JOB")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="fault script (YAML)")
    return parser


def _named_folder(what: str, text: str) -> tuple[str, Path]:
    name, separator, folder = text.partition("=")
    if not (separator and name and folder):
        raise argparse.ArgumentTypeError(f"expected {what}=FOLDER, found {text!r}")
    return name, _folder(folder)


def _folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return Path(text).resolve()


def _settings(parsed: argparse.Namespace) -> Settings:
    return Settings(
        host=parsed.host,
        port=parsed.port,
        region=parsed.region,
        account_id=parsed.account_id,
        data_directory=parsed.data_directory,
        images=dict(parsed.image),
        file_systems=dict(parsed.file_system),
        runner=parsed.runner,
        labels=parsed.labels,
        faults=parsed.faults,
    )


if __name__ == "__main__":
    sys.exit(main())
