"""Leadglass: the application that puts anonymizer, labeller and trainer together."""

from importlib.metadata import PackageNotFoundError, version

NAME = "Leadglass"
NOTICE = "Not for diagnostic use"

try:
    VERSION = version("leadglass")
except PackageNotFoundError:  # run from a source tree that was not installed
    VERSION = "0+source"
