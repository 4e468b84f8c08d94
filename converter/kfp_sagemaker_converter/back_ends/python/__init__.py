"""A pipeline as Python: DSL source that compiles to the same IR. Pure but for ``source.py``, which compiles what it wrote."""
