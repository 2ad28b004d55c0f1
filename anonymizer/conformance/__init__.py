"""The conformance statement: written from the tables, lists and rules that mask, so that it cannot differ from them.

python -m anonymizer.conformance docs     # writes docs/conformance.md and docs/conformance/*.csv
"""

from anonymizer.conformance.files import FILES as FILES
