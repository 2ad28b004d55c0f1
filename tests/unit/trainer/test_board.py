"""TensorBoard shows courses to the browser of this computer and asks nobody else."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from trainer import TrainerError, serve_courses
from trainer.board import POLICY
from trainer.event_files import write_events

ROWS = [{"epoch": float(n), "loss": 1 / n, "val_loss": 2 / n, "seconds": 1.0} for n in (1, 2, 3)]

SERVE = """
import json, sys, urllib.request
from pathlib import Path
from trainer import serve_courses
address = serve_courses(Path(sys.argv[1]))
def ask(path):
    with urllib.request.urlopen(address + path) as answer:
        return dict(answer.headers), answer.read().decode()
import time
for _ in range(100):
    runs = json.loads(ask("data/runs")[1])
    if len(runs) == 2: break
    time.sleep(0.1)
root = address.split("/", 3)
try:
    urllib.request.urlopen("/".join(root[:3]) + "/data/runs"); elsewhere = 200
except urllib.error.HTTPError as error:
    elsewhere = error.code
print(json.dumps({"address": address, "page": ask(""), "runs": runs, "elsewhere": elsewhere,
                  "plugins": list(json.loads(ask("data/plugins_listing")[1])),
                  "tensorflow": "tensorflow" in sys.modules}))
"""


def test_the_curves_are_served_on_this_computer_alone_and_the_page_may_ask_no_other(tmp_path: Path) -> None:
    write_events(tmp_path / "knees", ROWS, 1_700_000_000.0)
    ended = subprocess.run(
        [sys.executable, "-c", SERVE, str(tmp_path)], capture_output=True, encoding="utf-8", check=True
    )
    told = json.loads(ended.stdout.splitlines()[-1])
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{20,}/", told["address"])
    assert sorted(told["runs"]) == ["knees/logs/training", "knees/logs/validation"]
    headers, page = told["page"]
    assert "TensorBoard" in page
    assert headers["Content-Security-Policy"] == POLICY
    assert "http" not in POLICY
    assert told["elsewhere"] == 404, "the path is the secret that others on this computer lack"
    assert set(told["plugins"]) == {"scalars", "timeseries"}
    assert not told["tensorflow"], "loading it would take ten seconds for nothing"


def test_a_folder_without_a_course_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match=r"No training in .* has written its course yet") as found:
        serve_courses(tmp_path)
    assert "Train a model first" in found.value.remedy
