"""What goes into the frozen program and what stays out; the spec file and the tests read it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

EXCLUDED_MODULES = (
    "torch",
    "remixer.training",
    "remixer.networks",
    "onnx",
    "onnxscript",
    "onnxruntime.transformers",
    "onnxruntime.quantization",
    "onnxruntime.tools",
    "onnxruntime.datasets",
    "scipy",
    "sympy",
    "pandas",
    "matplotlib",
    "PIL",
    "museval",
    "musdb",
    "tensorboard",
    "google.protobuf",
    "safetensors",
    "pytest",
    "_pytest",
    "mypy",
    "numpy.f2py",
    "numpy.testing",
    "tkinter",
    "_tkinter",
    "IPython",
    "OpenGL",
    "pyqtgraph.examples",
    "pyqtgraph.opengl",
    "pyqtgraph.jupyter",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "PySide6.QtQuickWidgets",
    "PySide6.QtQuickControls2",
    "PySide6.QtSql",
    "PySide6.QtDesigner",
    "PySide6.QtHelp",
    "PySide6.QtUiTools",
    "PySide6.QtTest",
    "yaml",
    "setuptools",
    "pip",
    "wheel",
    "_distutils_hack",
    "pkg_resources",
)

HIDDEN_MODULES = ("PySide6.QtSvg", "PySide6.QtNetwork")

# Versions of these are shown by `remixer doctor`, which asks their metadata.
NAMED_DISTRIBUTIONS = (
    "numpy",
    "onnxruntime",
    "PySide6_Essentials",
    "shiboken6",
    "pyqtgraph",
    "soundfile",
    "sounddevice",
    "soxr",
    "av",
    "mutagen",
    "typer",
    "platformdirs",
    "psutil",
)

# These belong to the system: a copy of Debian's would not fit another system's sound and graphics.
SYSTEM_LIBRARIES = (
    r"libasound\.so\.",
    r"libstdc\+\+\.so\.",
    r"libgcc_s\.so\.",
    r"libfontconfig\.so\.",
    r"libfreetype\.so\.",
    r"libGL\.so\.",
    r"libEGL\.so\.",
    r"libGLX\.so\.",
    r"libGLdispatch\.so\.",
    r"libOpenGL\.so\.",
    r"libgbm\.so\.",
    r"libdrm\.so\.",
    r"libX11\.so\.",
    r"libX11-xcb\.so\.",
    r"libmvec\.so\.",
    r"libz\.so\.",
    r"libxcb\.so\.",
    r"libwayland-.*\.so\.",
    r"libdbus-1\.so\.",
)

QT_PLUGINS = {
    "platforms": ("xcb", "wayland", "offscreen", "windows", "cocoa", "minimal"),
    "platformthemes": ("xdgdesktopportal",),
    "styles": ("modernwindowsstyle", "windowsvistastyle", "macstyle"),
    "imageformats": ("svg", "jpeg", "ico", "gif", "webp"),
    "iconengines": ("svgicon",),
    "platforminputcontexts": ("composeplatforminputcontextplugin", "ibusplatforminputcontextplugin"),
    "xcbglintegrations": (),
    "wayland-shell-integration": ("xdg-shell",),
    "wayland-decoration-client": ("adwaita", "bradient"),
    "wayland-graphics-integration-client": (),
    "printsupport": (),
    "sqldrivers": (),
    "tls": (),
    "networkinformation": (),
    "generic": (),
    "egldeviceintegrations": (),
    "qmltooling": (),
    "vectorimageformats": (),
}

UNUSED_QT_LIBRARIES = re.compile(
    r"(lib)?Qt6?(Qml|Quick|Pdf|VirtualKeyboard|Sql|PrintSupport|Test|Designer|Help|UiTools|EglF|"
    r"WaylandCompositor|WlShellIntegration|Labs|3D|WaylandEglClientHwIntegration)"
)


def version() -> str:
    """Return the version of the program, read without importing it."""
    found = re.search(r'__version__ = "([^"]+)"', (ROOT / "remixer" / "__init__.py").read_text("utf-8"))
    if found is None:
        raise SystemExit("remixer/__init__.py names no version.")
    return found[1]


def keeps(destination: str) -> bool:
    """Return whether a file that PyInstaller found goes into the bundle.

    Args:
        destination: its place in the bundle, with either kind of slash.
    """
    parts = destination.replace("\\", "/").split("/")
    name = parts[-1]
    if any(re.match(pattern, name) for pattern in SYSTEM_LIBRARIES):
        return False
    if "PySide6" not in parts:
        return not name.endswith(".pyi")
    if "translations" in parts:
        return False
    if "plugins" in parts:
        return _keeps_plugin(parts[parts.index("plugins") + 1], name)
    return not UNUSED_QT_LIBRARIES.match(name)


def _keeps_plugin(kind: str, name: str) -> bool:
    if kind not in QT_PLUGINS:
        return True
    plain = re.sub(r"^(lib)?q?|\.(so|dll|dylib)$", "", name)
    return any(plain in (kept, kept.removeprefix("q")) for kept in QT_PLUGINS[kind])


def data_files(work: Path, root: Path = ROOT) -> list[tuple[str, str]]:
    """Return the project's own data, as pairs of source file and folder in the bundle.

    Args:
        work: where manifests of models are written that name no weights for torch.
        root: the project's folder.
    """
    pairs = []
    for file in sorted((root / "resources").rglob("*")):
        place = file.relative_to(root)
        if file.is_file() and place.parts[1] != "training" and file.name != "screenshot.png":
            pairs.append((str(file), str(place.parent)))
    for manifest in sorted((root / "models").glob("*/model.toml")):
        pairs += [(str(file), f"models/{manifest.parent.name}") for file in _model_files(manifest, work)]
    return pairs


def _model_files(manifest: Path, work: Path) -> list[Path]:
    """Return what is shipped of one model: without torch in the bundle, its weights for torch are useless."""
    table = tomllib.loads(manifest.read_text("utf-8"))
    if "onnx" not in table["weights"]:
        return []
    table["weights"].pop("torch", None)
    text = re.sub(r"(?ms)^\[weights\.torch\]\n.*?(?=^\[|\Z)", "", manifest.read_text("utf-8"))
    if tomllib.loads(text) != table:
        raise SystemExit(f"{manifest} could not be written without its weights for torch.")
    slim = work / "models" / manifest.parent.name / "model.toml"
    slim.parent.mkdir(parents=True, exist_ok=True)
    slim.write_text(text, "utf-8")
    return [slim, manifest.parent / table["weights"]["onnx"]["file"], *manifest.parent.glob("LICEN?E*")]
