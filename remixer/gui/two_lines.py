"""A line of a list in two: a name, and under it, quieter, what is to be known about it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QIcon, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

ABOUT = Qt.ItemDataRole.UserRole + 1
PAD = 10
_GAP = 8
_QUIET = 0.75

_Index = QModelIndex | QPersistentModelIndex


class TwoLines(QStyledItemDelegate):
    """Paints the item's icon, its text, and the text of its role `ABOUT`; what does not fit is shortened.

    Args:
        parent: the list or picker it paints for.
        weight: how heavy the name is, unless the item's own font is bold.
    """

    def __init__(self, parent: QObject, weight: QFont.Weight = QFont.Weight.Normal) -> None:
        super().__init__(parent)
        self._weight = weight

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint the line."""
        self.initStyleOption(option, index)
        name, about, picture = option.text, str(index.data(ABOUT) or ""), QIcon(option.icon)
        option.text, option.icon = "", QIcon()
        QApplication.style().drawControl(
            QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget
        )
        area: QRect = option.rect.adjusted(PAD, 5, -PAD, -5)
        if not picture.isNull():
            side = option.decorationSize
            top = area.center().y() - side.height() // 2
            picture.paint(painter, QRect(QPoint(area.left(), top), side))
            area.setLeft(area.left() + side.width() + _GAP)
        selected = bool(option.state & QStyle.StateFlag.State_Selected) and _fills(option)
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        painter.save()
        painter.setPen(option.palette.color(role))
        vertical = Qt.AlignmentFlag.AlignTop if about else Qt.AlignmentFlag.AlignVCenter
        _write(painter, area, vertical, self._name_font(option.font), name)
        painter.setOpacity(_QUIET)
        _write(painter, area, Qt.AlignmentFlag.AlignBottom, _small(option.font), about)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return the room of one line or two."""
        lines = 2 if index.data(ABOUT) else 1
        return QSize(option.rect.width(), lines * option.fontMetrics.height() + 12)

    def _name_font(self, font: QFont) -> QFont:
        font = QFont(font)
        font.setWeight(max(font.weight(), self._weight))
        return font


def _fills(option: QStyleOptionViewItem) -> bool:
    """Whether a selected line has the ground of the highlight: those of pickers do, those of lists do not."""
    return option.widget is None or not option.widget.inherits("QListWidget")


def _write(painter: QPainter, area: QRect, vertical: Qt.AlignmentFlag, font: QFont, text: str) -> None:
    painter.setFont(font)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignLeft | vertical, shown)


def _small(font: QFont) -> QFont:
    font = QFont(font)
    font.setWeight(QFont.Weight.Normal)
    font.setPointSizeF(font.pointSizeF() * 0.88 if font.pointSizeF() > 0 else 9)
    return font
