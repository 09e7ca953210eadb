"""Where a network can run: what the installed runtimes report, without waking the heavy one to ask."""

from __future__ import annotations

import platform
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from remixer.errors import ModelError
from remixer.privacy import keep_private
from remixer.separation.card import Runtime

AUTO = "auto"
CPU = "cpu"

# (provider, device id, name) in the order in which `auto` would rather use them
PROVIDERS = (
    ("CUDAExecutionProvider", "cuda:0", "NVIDIA GPU (CUDA)"),
    ("ROCMExecutionProvider", "rocm", "AMD GPU (ROCm)"),
    ("DmlExecutionProvider", "directml", "GPU (DirectML)"),
    ("CoreMLExecutionProvider", "coreml", "Apple GPU and Neural Engine (Core ML)"),
    ("OpenVINOExecutionProvider", "openvino", "Intel GPU or NPU (OpenVINO)"),
)


@dataclass(frozen=True)
class Device:
    """A place to run networks; `runtime` is the one that reported it."""

    id: str
    name: str
    runtime: Runtime


def devices(ask_torch: bool = False) -> list[Device]:
    """List `auto`, the CPU and every accelerator a runtime reports, each id once.

    Torch takes seconds to wake, so unless it is awake already or `ask_torch` is set, its devices are read
    from the build it is and the drivers there are; one that then fails to open is said so.

    Thread: any but the GUI's and the audio threads (it loads onnxruntime).
    """
    found = [Device(AUTO, "Automatic", "onnxruntime"), Device(CPU, "CPU", "onnxruntime"), *_onnx_devices()]
    reported = _torch_devices() if ask_torch or "torch" in sys.modules else _likely_torch_devices()
    known = {device.id for device in found}
    return found + [device for device in reported if device.id not in known]


def require(device: str) -> None:
    """Make sure that a device is here.

    Raises:
        ModelError: no runtime reports it.
    """
    known = [one.id for one in devices()]
    if device not in known:
        raise ModelError(f"There is no device “{device}” on this computer; there are: {', '.join(known)}.")


def available_providers() -> tuple[str, ...]:
    """The execution providers of the installed onnxruntime, or none where it is not installed."""
    try:
        keep_private()
        import onnxruntime
    except ImportError:
        return ()
    return tuple(onnxruntime.get_available_providers())


def _onnx_devices() -> list[Device]:
    providers = available_providers()
    return [Device(id_, name, "onnxruntime") for provider, id_, name in PROVIDERS if provider in providers]


def _torch_devices() -> list[Device]:
    try:
        import torch
    except ImportError:
        return []
    found = [
        Device(f"cuda:{n}", torch.cuda.get_device_name(n), "torch")
        for n in range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
    ]
    if torch.backends.mps.is_available():
        found.append(Device("mps", "Apple GPU (Metal)", "torch"))
    if hasattr(torch, "xpu") and torch.xpu.is_available():
        found.append(Device("xpu", "Intel GPU (XPU)", "torch"))
    return found


def _likely_torch_devices() -> list[Device]:
    import importlib.util

    try:
        spec = importlib.util.find_spec("torch")
    except ImportError:
        return []
    if spec is None or spec.origin is None:
        return []
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return [Device("mps", "Apple GPU (Metal)", "torch")]
    try:
        build = (Path(spec.origin).parent / "version.py").read_text(encoding="utf-8")
    except OSError:
        return []
    if not re.search(r"^cuda\b[^=\n]*=\s*['\"]", build, re.MULTILINE):
        return []
    return [Device(f"cuda:{n}", name, "torch") for n, name in enumerate(_nvidia_names())]


def _nvidia_names() -> list[str]:
    names = []
    for information in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information")):
        try:
            model = re.search(r"^Model:\s*(.+)$", information.read_text(encoding="utf-8"), re.MULTILINE)
        except OSError:
            continue
        names.append(model.group(1).strip() if model else "NVIDIA GPU (CUDA)")
    return names
