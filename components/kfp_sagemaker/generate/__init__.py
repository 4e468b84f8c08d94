"""What is made from the declarations and checked in: component.yaml, its README, the stubs of the ops."""
