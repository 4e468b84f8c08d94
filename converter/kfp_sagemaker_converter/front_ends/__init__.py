"""Front ends: a package for each format, from text to the pipeline model."""
