"""Back ends: from the pipeline model, and what the passes decided, to what runs."""
