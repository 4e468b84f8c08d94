"""The pages that are generated: one per diagnostic, and the reference of the configuration."""
