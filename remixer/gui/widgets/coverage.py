"""A bar that shows which model is heard where; patterns as well as colours."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from remixer.gui.widgets.theme import Theme
from remixer.gui.widgets.timeview import TimeView

_PATTERNS = (
    Qt.BrushStyle.Dense7Pattern,
    Qt.BrushStyle.BDiagPattern,
    Qt.BrushStyle.SolidPattern,
    Qt.BrushStyle.VerPattern,
    Qt.BrushStyle.DiagCrossPattern,
)
_TINTS = ("faint", "accent", "accent", "good", "dim")

_KEY_PIXELS = 42
"""A swatch and the gaps around a label."""

Keys = Sequence[tuple[str, str]]
"""(key, label) of everything that can be heard: the song itself, the live model, the better one."""


def paint_key(painter: QPainter, place: QRectF, number: int, theme: Theme) -> None:
    """Paint a place in the pattern and colour of one key."""
    color = QColor(getattr(theme, _TINTS[number % len(_TINTS)]))
    pattern = _PATTERNS[number % len(_PATTERNS)]
    ground = QColor(color)
    ground.setAlpha(50)
    painter.fillRect(place, ground)
    painter.fillRect(place, QBrush(color, pattern))


class CoverageBar(TimeView):
    """Which model is heard where, along the song."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: list[tuple[str, str]] = []
        self._spans: list[tuple[int, int, str]] = []
        self.setAccessibleName("Coverage: which model is heard where")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(14)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(640, 14)

    def set_keys(self, keys: Keys) -> None:
        """Name what can be heard; the order chooses pattern and colour."""
        if list(keys) != self._keys:
            self._keys = list(keys)
            self.forget()

    def set_spans(self, spans: Sequence[tuple[int, int, str]]) -> None:
        """Show (start, end, key) spans in frames."""
        if list(spans) != self._spans:
            self._spans = list(spans)
            self._describe()
            self.forget()

    def paint_ground(self, painter: QPainter, theme: Theme) -> None:
        """Paint the spans."""
        painter.fillRect(self.rect(), QColor(theme.panel))
        numbers = {key: number for number, (key, _) in enumerate(self._keys)}
        for start, end, key in self._spans:
            left, right = max(0.0, self.x_of(start)), min(float(self.width()), self.x_of(end))
            if right > left and key in numbers:
                paint_key(painter, QRectF(left, 4, right - left, self.height() - 8), numbers[key], theme)

    def _describe(self) -> None:
        labels = dict(self._keys)
        total = max(1, sum(end - start for start, end, _ in self._spans))
        shares: dict[str, int] = {}
        for start, end, key in self._spans:
            shares[key] = shares.get(key, 0) + end - start
        parts = [
            f"{labels.get(key, key)} {round(100 * share / total)} percent" for key, share in shares.items()
        ]
        self.setAccessibleDescription(", ".join(parts))
        self.setToolTip("Heard: " + ", ".join(parts) if parts else "")


class CoverageLegend(QWidget):
    """What the patterns of a `CoverageBar` mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: list[tuple[str, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Legend of the coverage bar")

    def set_keys(self, keys: Keys) -> None:
        """Name what the patterns mean, in the bar's order."""
        if list(keys) != self._keys:
            self._keys = list(keys)
            self.setAccessibleDescription(", ".join(label for _, label in keys))
            self.setToolTip("\n".join(label for _, label in keys))
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size that holds every label."""
        metrics = self.fontMetrics()
        width = sum(metrics.horizontalAdvance(label) + _KEY_PIXELS for _, label in self._keys)
        return QSize(max(20, width), metrics.height() + 6)

    def minimumSizeHint(self) -> QSize:
        """Return the size at which labels are still told apart."""
        return QSize(len(self._keys) * 2 * _KEY_PIXELS, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a swatch and a label for every key."""
        theme = Theme.of(self)
        painter = QPainter(self)
        metrics = self.fontMetrics()
        x, middle = 0.0, self.height() / 2
        for number, label in enumerate(self._fitted(metrics)):
            paint_key(painter, QRectF(x, middle - 4, 18, 8), number, theme)
            painter.setPen(QColor(theme.dim))
            width = metrics.horizontalAdvance(label)
            place = QRectF(x + 25, 0, width + 4, self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label)
            x += width + _KEY_PIXELS

    def _fitted(self, metrics: QFontMetrics) -> list[str]:
        """Return the labels, the longest shortened until all have room."""
        labels = [label for _, label in self._keys]
        room = self.width() - len(labels) * _KEY_PIXELS + 16
        widths = sorted(metrics.horizontalAdvance(label) for label in labels)
        for number, width in enumerate(widths):
            share = room // (len(widths) - number)
            if width > share:
                elide = Qt.TextElideMode.ElideRight
                return [metrics.elidedText(label, elide, max(20, share)) for label in labels]
            room -= width
        return labels
