"""Icons drawn from `resources/icons`, in the colour of the text beside them, sharp at any scale."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from remixer.paths import resources_dir

APP_SIZES = (16, 24, 32, 48, 64, 128, 256, 512, 1024)


def names() -> list[str]:
    """Return the names that `icon` knows."""
    return sorted(path.stem for path in (resources_dir() / "icons").glob("*.svg"))


def icon(name: str, color: QColor | None = None) -> QIcon:
    """Return an icon by name, in a colour of its own or in that of the application's text.

    Raises:
        KeyError: there is no icon of that name.
    """
    path = resources_dir() / "icons" / f"{name}.svg"
    if not path.is_file():
        raise KeyError(f"no icon named {name!r}; there are {', '.join(names())}")
    return QIcon(_SvgEngine(path.read_bytes(), color))


def app_icon() -> QIcon:
    """Return the program's icon in every size a window system asks for."""
    found = QIcon()
    for size in APP_SIZES:
        found.addFile(str(resources_dir() / "app" / f"remixer-{size}.png"), QSize(size, size))
    return found


class _SvgEngine(QIconEngine):
    """Paints one picture as a stencil: only its shape counts, the colour comes from the palette."""

    def __init__(self, svg: bytes, color: QColor | None) -> None:
        super().__init__()
        self._svg = svg
        self._color = color
        self._renderer = QSvgRenderer(svg)
        self._kept: dict[tuple[int, int, int], QPixmap] = {}

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Paint the icon into a rectangle."""
        side = min(rect.width(), rect.height())
        place = QRect(0, 0, side, side)
        place.moveCenter(rect.center())
        pixmap = self.scaledPixmap(place.size(), mode, state, painter.device().devicePixelRatioF())
        painter.drawPixmap(place, pixmap)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return the icon of a size in pixels."""
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:  # noqa: N802
        """Return the icon of a size in pixels of the window, as sharp as the screen's scale allows."""
        size = QSize(round(size.width() * scale), round(size.height() * scale))
        color = self._tint(mode, state)
        key = (size.width(), size.height(), color.rgba())
        if key not in self._kept:
            self._kept[key] = self._stencil(size, color)
        return self._kept[key]

    def clone(self) -> QIconEngine:
        """Return a copy for another icon."""
        return _SvgEngine(self._svg, self._color)

    def _tint(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        palette = QGuiApplication.palette()
        if mode == QIcon.Mode.Disabled:
            return palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
        if self._color is not None:
            return self._color
        if state == QIcon.State.On:
            return palette.color(QPalette.ColorRole.Highlight)
        return palette.color(QPalette.ColorRole.ButtonText)

    def _stencil(self, size: QSize, color: QColor) -> QPixmap:
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        side = min(size.width(), size.height())
        left, top = (size.width() - side) / 2, (size.height() - side) / 2
        self._renderer.render(painter, QRectF(left, top, side, side))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        painter.fillRect(QRect(QPoint(0, 0), size), color)
        painter.end()
        return QPixmap.fromImage(image)
