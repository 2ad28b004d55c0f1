"""Making the installed program from the source tree: layout, notices, packages."""
