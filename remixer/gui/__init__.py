"""The window: PySide6 and pyqtgraph, nothing that computes."""
