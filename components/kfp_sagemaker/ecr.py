"""Names of images in Amazon ECR's private registries, from which SageMaker pulls."""

from __future__ import annotations

import re

#: ``ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME``, and what follows the name: a tag, a digest.
IN_ECR = re.compile(r"(?P<account>\d{12})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/"
                    r"(?P<name>[a-z0-9._/-]+)")
