"""Nothing is sent anywhere: switches off what a library would report about its use."""

from __future__ import annotations

import os


def keep_private() -> None:
    """Keep onnxruntime from reporting to its makers; called right before each place that loads it.

    Its official builds report by default, and write an identifier of the machine into the user's cache. It
    looks at this variable once, when it is loaded.

    Thread: any.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
