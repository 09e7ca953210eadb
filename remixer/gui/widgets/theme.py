"""Colours and the style sheet, dark and light; follows the system unless told otherwise."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from string import Template
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from remixer.paths import resources_dir

Choice = Literal["system", "dark", "light"]


@dataclass(frozen=True)
class Theme:
    """Colours by what they are for, as `#rrggbb`.

    Attributes:
        dark: whether light text stands on a dark ground.
        window: the ground of the window.
        panel: the ground of bars and strips.
        raised: what lies on a panel: buttons, fields, menus.
        hover: the same under the mouse.
        lane: the ground of waveforms.
        line: hairlines between areas.
        edge: outlines of controls; stands out 3:1 from its ground.
        text: what is read first.
        dim: what is read second; still 4.5:1.
        faint: ticks and hints that are no text.
        groove: what a fader or a knob runs along.
        thumb: what is taken hold of.
        thumb_edge: its outline.
        thumb_mark: the line on it.
        accent: the one colour of what is active, chosen or focused.
        accent_fill: the ground of the main button; carries `on_accent`.
        on_accent: text on `accent_fill`.
        playhead: the line at what is heard.
        good: what is done.
        warning: what needs a look; also a meter near full scale.
        danger: what failed; also a clipped meter.
        stems: colours of the stems by name, told apart by the colour-blind too.
    """

    dark: bool
    window: str
    panel: str
    raised: str
    hover: str
    lane: str
    line: str
    edge: str
    text: str
    dim: str
    faint: str
    groove: str
    thumb: str
    thumb_edge: str
    thumb_mark: str
    accent: str
    accent_fill: str
    on_accent: str
    playhead: str
    good: str
    warning: str
    danger: str
    stems: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def of(widget: QWidget) -> Theme:
        """Return the theme that a widget's palette belongs to."""
        return DARK if widget.palette().color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT

    def stem(self, name: str) -> QColor:
        """Return the colour of a stem, the `residual`, the `mixture` or the `master`."""
        if name in self.stems:
            return QColor(self.stems[name])
        spare = ("voice 1", "voice 2", "guitar", "piano")
        known = list(self.stems.values())[:4]
        return QColor(known[spare.index(name)]) if name in spare else QColor(self.dim)


DARK = Theme(
    dark=True,
    window="#131519",
    panel="#1a1d22",
    raised="#252931",
    hover="#2f343e",
    lane="#101216",
    line="#2a2e36",
    edge="#626a78",
    text="#eceef2",
    dim="#a0a7b4",
    faint="#59606d",
    groove="#2a2e36",
    thumb="#d5d9e1",
    thumb_edge="#000000",
    thumb_mark="#2a2e36",
    accent="#8b93ff",
    accent_fill="#5a62e8",
    on_accent="#ffffff",
    playhead="#ffffff",
    good="#4cc38a",
    warning="#f5b83d",
    danger="#ff6b6b",
    stems={
        "vocals": "#f5b54a",
        "drums": "#58b4f0",
        "bass": "#dd6fb0",
        "other": "#4fd6a4",
        "residual": "#98a0ae",
        "mixture": "#c9ced8",
        "master": "#c9ced8",
    },
)

LIGHT = Theme(
    dark=False,
    window="#f4f5f7",
    panel="#ffffff",
    raised="#ffffff",
    hover="#eceef2",
    lane="#fafbfc",
    line="#dfe2e8",
    edge="#868d9a",
    text="#1b1e24",
    dim="#5a6270",
    faint="#a7aeba",
    groove="#d3d7df",
    thumb="#ffffff",
    thumb_edge="#868d9a",
    thumb_mark="#2a2e36",
    accent="#4a51d6",
    accent_fill="#4a51d6",
    on_accent="#ffffff",
    playhead="#16181d",
    good="#18794e",
    warning="#a15c00",
    danger="#c62a2f",
    stems={
        "vocals": "#c77700",
        "drums": "#0f7ac2",
        "bass": "#b83f86",
        "other": "#0b8a64",
        "residual": "#6f7785",
        "mixture": "#4b5261",
        "master": "#4b5261",
    },
)


_SIZES = {"small": 0.97, "normal": 1.0, "large": 1.2, "title": 1.42, "headline": 2.1}
"""Sizes of text as parts of the system's own."""


def style_sheet(theme: Theme, points: float) -> str:
    """Return the application's style sheet in a theme's colours; `points` is the size of plain text."""
    folder = resources_dir() / "style"
    values = {name: value for name, value in asdict(theme).items() if isinstance(value, str)}
    values["images"] = folder.as_posix()
    values |= {name: f"{points * size:.1f}pt" for name, size in _SIZES.items()}
    sheets = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.qss"))]
    return Template("\n".join(sheets)).substitute(values)


def palette(theme: Theme) -> QPalette:
    """Return a theme as the palette that every widget paints with."""
    role = QPalette.ColorRole
    found = QPalette()
    for part, value in {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.lane if theme.dark else theme.panel,
        role.AlternateBase: theme.panel,
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.danger,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Link: theme.accent,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.dim,
        role.Light: theme.hover,
        role.Midlight: theme.raised,
        role.Mid: theme.edge,
        role.Dark: theme.line,
        role.Shadow: "#000000",
    }.items():
        found.setColor(part, QColor(value))
    for part in (role.WindowText, role.Text, role.ButtonText):
        found.setColor(QPalette.ColorGroup.Disabled, part, QColor(theme.faint))
    return found


class ThemeSwitch(QObject):
    """Dresses the application, and again when the system or the user changes their mind.

    Signals:
        theme_changed: everything has new colours.
    """

    theme_changed = Signal()

    def __init__(self, app: QApplication, choice: Choice = "system") -> None:
        super().__init__(app)
        self._app = app
        self._choice: Choice = choice
        self._theme: Theme | None = None
        app.setStyle("Fusion")
        app.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont))
        app.styleHints().colorSchemeChanged.connect(self._follow)
        self._follow()

    @property
    def choice(self) -> Choice:
        """What the user asked for."""
        return self._choice

    @property
    def theme(self) -> Theme:
        """The theme that is on."""
        return self._theme or DARK

    def set_choice(self, choice: Choice) -> None:
        """Follow the system, or stay dark or light."""
        self._choice = choice
        self._follow()

    @Slot()
    def _follow(self) -> None:
        scheme = self._app.styleHints().colorScheme()
        light = self._choice == "light" or (self._choice == "system" and scheme == Qt.ColorScheme.Light)
        theme = LIGHT if light else DARK
        if theme is self._theme:
            return
        self._theme = theme
        self._app.setPalette(palette(theme))
        self._app.setStyleSheet(style_sheet(theme, QFontInfo(self._app.font()).pointSizeF()))
        self.theme_changed.emit()
