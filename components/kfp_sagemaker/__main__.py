"""``python -m kfp_sagemaker v1/train --executor-input '<json>'``: what a component's container runs."""

import sys

from kfp_sagemaker.entrypoint import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
