"""Invented patients for trying the program out, and the scripts that make them."""
