"""``python -m kfp_sagemaker v1/train --executor-input '<json>'``: what a component's container runs."""

import gc
import sys

# Reading the service model makes a million objects that all stay: collecting among them doubles the time to the first call.
# The entry point switches collection on again once they are there.
gc.disable()

from kfp_sagemaker.entrypoint import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
