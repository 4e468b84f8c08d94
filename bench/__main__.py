"""``python -m bench`` (``make bench``): what the project promises about its own cost, as ratios and counts.

Each row says what was measured, the figure and the target. Timings are the shortest of runs that alternate between the
two things compared: whatever else a machine does only adds to them.
"""

from __future__ import annotations

import argparse
import json
import sys

from bench.conversion import conversion_rows
from bench.custom_resources import custom_resource_rows
from bench.polling import polling_rows
from bench.row import Row
from bench.start_up import start_up_rows


def main() -> int:
    """Print the rows. With --strict, exit status 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON list on stdout")
    parser.add_argument("--runs", type=int, default=15, help="processes started per thing compared")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--compile-all", action="store_true", help="let kfp compile 10,000 steps too: half an hour")
    options = parser.parse_args()
    rows: list[Row] = [
        *start_up_rows(options.runs),
        *polling_rows(),
        *custom_resource_rows(options.runs),
        *conversion_rows(options.compile_all),
    ]
    if options.json:
        print(json.dumps([row.__dict__ for row in rows], indent=2))
    else:
        width = max(len(row.what) for row in rows)
        for row in rows:
            verdict = "" if row.target is None else f"   target <= {row.target:g}{'' if row.met else '   MISSED'}"
            print(f"{row.what:{width}}  {row.figure:>10.3f} {row.unit}{verdict}")
    return 1 if options.strict and not all(row.met for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
