"""``python -m kfp_sagemaker.generate [--check] [--root DIR]``: write a checkout's generated files, or tell which are stale."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from kfp_sagemaker.generate.files import generated_files, stale, superfluous


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 1 when ``--check`` finds a file that is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m kfp_sagemaker.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 naming stale and superfluous files")
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[3], help="the checkout (default: this one)")
    options = parser.parse_args(arguments)
    files = generated_files()
    if options.check:
        found = stale(options.root, files)
        for line in found:
            print(line)
        if found:
            print("To renew them: python -m kfp_sagemaker.generate", file=sys.stderr)
        return 1 if found else 0
    for path, text in files.items():
        target = options.root / path
        if target.is_file() and target.read_text(encoding="utf-8") == text:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        print(f"wrote {path}")
    for path in superfluous(options.root, files):
        (options.root / path).unlink()
        print(f"removed {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
