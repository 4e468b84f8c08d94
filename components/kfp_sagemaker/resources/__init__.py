"""SageMaker resources as data: one declarative module each, and nothing about polling, retry, stop or logs."""
