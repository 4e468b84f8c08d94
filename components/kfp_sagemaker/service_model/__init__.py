"""SageMaker's own description of its API, as botocore ships it: shapes, limits, and checks against them."""
