"""The image view and what lies over it."""
