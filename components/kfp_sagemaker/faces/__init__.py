"""Faces: what a pipeline author sees of a component, and the pure way from its inputs to requests."""
