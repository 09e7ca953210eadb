"""Keeps onnxruntime from reporting to its makers, however early anything loads it (see `remixer.privacy`)."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
