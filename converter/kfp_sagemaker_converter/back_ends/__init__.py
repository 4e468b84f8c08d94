"""Back ends: from the pipeline model to what runs."""
