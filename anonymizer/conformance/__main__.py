"""Write the conformance statement into the folder that is named."""

import sys
from pathlib import Path

from anonymizer.conformance.files import FILES

for name, make in FILES.items():
    file = Path(sys.argv[1], name)
    file.parent.mkdir(exist_ok=True)
    file.write_text(make(), encoding="utf-8", newline="\n")
