"""What the program can do, without a window: one function a use case."""
