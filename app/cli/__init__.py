"""The command line: a table of commands, made into a parser, and how results are shown."""
