"""A small configuration of every network: real layers, seconds to train."""

from __future__ import annotations

from typing import Any

CAUSAL: dict[str, tuple[str, dict[str, Any]]] = {
    "hs-tasnet": ("hs-tasnet", {"stems": 2, "window": 64, "bases": 48, "hidden": 24}),
    "hs-tasnet-small": ("hs-tasnet-small", {"stems": 2, "window": 64, "bases": 48, "hidden": 24}),
    "tasnet": ("tasnet", {"stems": 2, "window": 64, "bases": 48, "hidden": 24}),
    "x-umx": ("x-umx", {"stems": 2, "window_frames": 64, "hop_frames": 32, "hidden": 16}),
    "causal-sudo-rm-rf": (
        "causal-sudo-rm-rf-0.25x",
        {"blocks": 2, "stems": 2, "stride": 8, "hop": 64, "bases": 32, "width": 12, "inner": 16, "depth": 3},
    ),
    "mel-mdensenet": (
        "causal-mel-mdensenet-4",
        {"stems": 2, "window": 128, "stride": 32, "bands": 16, "growth": 6, "layers": 2},
    ),
}
SUDO = {"blocks": 2, "bases": 32, "width": 12, "inner": 16, "depth": 3, "channels": 2}
CHAIN = {"channels": 2, "context": 8, "window": 128, "hop": 32}
MEL = {"stems": 2, "bands": 16, "growth": 6, "layers": 2}
WHOLE: dict[str, tuple[str, dict[str, Any]]] = {
    "sudo-rm-rf": ("sudo-rm-rf-0.25x", {**SUDO, "kernel": 16}),
    "sudo-rm-rf-ln-relu-1": (
        "sudo-rm-rf-0.25x",
        {**SUDO, "kernel": 21, "norm": "LN", "mask": "ReLU", "decoders": "1"},
    ),
    "mmdensenet": ("mmdensenet", {**CHAIN, "stems": 2, "sizes": (6, 4, 3)}),
    "mmdensenet-masks": (
        "mmdensenet-table-4.1",
        {**CHAIN, "stems": 2, "sizes": (6, 4, 3), "output": "sigmoid", "kernel": 7},
    ),
    "mel-mdensenet-dc": ("mel-mdensenet-dc", {**CHAIN, **MEL}),
    "mel-mdensenet-dc-nodsconvs": ("mel-mdensenet-dc-nodsconvs", {**CHAIN, **MEL}),
    "mel-mdensenet-dc-nodsconvs-bc": ("mel-mdensenet-dc-nodsconvs-bc", {**CHAIN, **MEL}),
    "mdensenet-mbc": (
        "mdensenet-mbc",
        {**CHAIN, "stems": 2, "growth": 6, "layers": 2, "first": 8, "band_maps": 4},
    ),
    "mdensenet-mbdb-1": ("mdensenet-mbdb", {**CHAIN, "number": 1}),
    "mdensenet-mbdb-3": ("mdensenet-mbdb", {**CHAIN, "number": 3}),
    "mdensenet-mbdb-5": ("mdensenet-mbdb", {**CHAIN, "number": 5}),
    "magnet-phasenet": ("magnet-phasenet", {**CHAIN, "sizes": (6, 4, 3)}),
}
EVERY = {**CAUSAL, **WHOLE}
