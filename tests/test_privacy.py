"""Nothing is sent anywhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "remixer"
LOADS = re.compile(r"^( +)(?:import onnxruntime|from onnxruntime)", re.MULTILINE)


def test_every_place_that_loads_onnxruntime_switches_its_reports_off_first() -> None:
    places = 0
    for file in sorted(PACKAGE.rglob("*.py")):
        text = file.read_text("utf-8")
        for found in LOADS.finditer(text):
            places += 1
            before = text[: found.start()].rstrip().splitlines()[-1].strip()
            assert before == "keep_private()", f"{file.relative_to(PACKAGE)} loads onnxruntime unguarded"
    assert places > 0


def test_loading_onnxruntime_leaves_nothing_behind(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    code = "from remixer.privacy import keep_private; keep_private(); import onnxruntime"
    kept = {
        name: value
        for name, value in os.environ.items()
        if name != "CI" and not name.startswith(("ORT_", "XDG_"))
    }
    environment = {**kept, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert list(tmp_path.iterdir()) == []
