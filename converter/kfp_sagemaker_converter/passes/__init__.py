"""Passes: judgements over the pipeline model, each a pure function."""
