"""What is made from the declarations and checked in: component.yaml, its README and metadata.yaml, the stubs of the ops."""
