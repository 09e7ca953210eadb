"""The borders between the packages, and the sizes a reader can hold in the head."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "remixer").rglob("*.py"))

BELOW_ALL = {"errors", "paths", "jobs", "memory", "privacy", "log"}
MAY_IMPORT = {
    "audio": set[str](),
    "song": {"audio"},
    "separation": {"song", "audio", "networks"},
    "mixing": {"song", "audio"},
    "playback": {"mixing", "separation", "song", "audio"},
    "settings": set[str](),
    "session": {"playback", "mixing", "separation", "song", "audio", "settings"},
    "networks": set[str](),
    "training": {"networks", "separation", "audio"},
    "bench": {"networks", "separation", "audio"},
    "gui": {"session", "settings", "playback", "mixing", "separation", "song", "audio"},
    "app": {"gui", "session", "settings", "playback", "mixing", "separation", "song", "audio"},
    "cli": {"app", "bench", "training", "playback", "mixing", "separation", "song", "audio", "settings"},
    "__main__": {"cli", "playback"},
    "__init__": set[str](),
}
ONLY_IN = {
    "PySide6": {"gui", "app"},
    "pyqtgraph": {"gui"},
    "sounddevice": {"playback.portaudio"},
    "torch": {"networks", "training", "bench", "separation.torch_runtime", "separation.devices"},
    "onnx": {"networks", "training", "bench"},
}


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT / "remixer").with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__") or "__init__"


def _imports(tree: ast.AST) -> list[str]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names += [node.module or ""]
            if node.module == "remixer":
                names += [f"remixer.{alias.name}" for alias in node.names if alias.name != "__version__"]
    return names


@pytest.mark.parametrize("path", SOURCES, ids=_module)
def test_imports_go_downwards_only(path: Path) -> None:
    module = _module(path)
    package = module.split(".")[0]
    for name in _imports(ast.parse(path.read_text(encoding="utf-8"))):
        parts = name.split(".")
        if parts[0] == "remixer" and len(parts) > 1:
            allowed = MAY_IMPORT.get(package, set()) | BELOW_ALL | {package}
            assert parts[1] in allowed, f"{module} may not import {name}"
        if parts[0] in ONLY_IN:
            homes = ONLY_IN[parts[0]]
            assert package in homes or module in homes, f"{module} may not import {name}"


@pytest.mark.parametrize("path", SOURCES, ids=_module)
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300, "a module has at most 300 lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 60, f"{node.name} has {length} lines"


def test_no_module_is_named_after_nothing() -> None:
    for path in SOURCES:
        assert not {"utils", "helper", "helpers", "manager", "base", "misc"} & {*_module(path).split(".")}


@pytest.mark.parametrize(
    "module", ["remixer.cli", "remixer.__main__", "remixer.session", "remixer.separation.catalog"]
)
def test_start_up_imports_nothing_heavy(module: str) -> None:
    heavy = ("torch", "onnxruntime", "av", "onnx", "scipy", "PySide6", "pyqtgraph")
    code = f"import sys, {module}; print(*[name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
