"""Subcommands of ``kfp-sagemaker`` that convert, a small file each; found by the entry-point group of the command line."""
