"""Title, artist, cover and other tags of a sound file, read from and written to every format we export."""

from __future__ import annotations

import base64
import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ID3 = {
    "title": "TIT2", "artist": "TPE1", "album": "TALB", "albumartist": "TPE2", "date": "TDRC",
    "genre": "TCON",
    "tracknumber": "TRCK", "discnumber": "TPOS", "composer": "TCOM", "bpm": "TBPM", "copyright": "TCOP",
    "isrc": "TSRC", "organization": "TPUB",
}  # fmt: skip
_M4A = {
    "title": "\xa9nam", "artist": "\xa9ART", "album": "\xa9alb", "albumartist": "aART", "date": "\xa9day",
    "genre": "\xa9gen", "tracknumber": "trkn", "discnumber": "disk", "composer": "\xa9wrt", "bpm": "tmpo",
    "copyright": "cprt", "isrc": "----:com.apple.iTunes:ISRC", "organization": "----:com.apple.iTunes:LABEL",
}  # fmt: skip
_ASF = {
    "title": "Title", "artist": "Author", "album": "WM/AlbumTitle", "albumartist": "WM/AlbumArtist",
    "date": "WM/Year", "genre": "WM/Genre", "tracknumber": "WM/TrackNumber", "composer": "WM/Composer",
    "copyright": "Copyright",
}  # fmt: skip
_PAIRS = ("trkn", "disk")
_FRONT_COVER = 3
_LARGEST_FLAC_BLOCK_BYTES = 2**24 - 1
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tags:
    """What a file says about its song.

    Attributes:
        items: (name, value) pairs, named `title`, `artist`, `album`, `date` and so on; a name may repeat.
        cover: the bytes of a JPEG or PNG picture, or None.
    """

    items: tuple[tuple[str, str], ...] = ()
    cover: bytes | None = None

    def get(self, name: str) -> str:
        """Return the first value of that name, or ""."""
        return next((value for key, value in self.items if key == name), "")

    @property
    def title(self) -> str:
        """The song's title, or ""."""
        return self.get("title")

    @property
    def artist(self) -> str:
        """The artist, or ""."""
        return self.get("artist")


def read_tags(path: Path) -> Tags:
    """Return the file's tags and front cover; empty tags where it has none or they cannot be read."""
    import mutagen

    try:
        plain = mutagen.File(_open_name(path))
    except (mutagen.MutagenError, OSError, ValueError):
        return Tags()
    if plain is None or plain.tags is None:
        return Tags()
    try:
        return Tags(_items(plain.tags), _cover(plain))
    except (mutagen.MutagenError, ValueError, KeyError, TypeError):
        return Tags()


def write_tags(path: Path, tags: Tags) -> None:
    """Write the tags into a wav, flac, mp3, ogg, opus or m4a file (recognised by its content).

    A flac file has no room for a picture of 16 MiB and more: such a cover is left out.

    Raises:
        OSError: the file cannot be written to.
        mutagen.MutagenError: it is none of these formats.
    """
    import mutagen

    if not tags.items and not tags.cover:
        return
    file = mutagen.File(_open_name(path))
    if file is None:
        raise mutagen.MutagenError("not a format that takes tags")
    if file.tags is None:
        file.add_tags()
    kind = type(file).__name__
    if kind in ("WAVE", "MP3", "AIFF"):
        _write_id3(file, tags)
    elif kind == "MP4":
        _write_m4a(file, tags)
    else:
        _write_vorbis(file, tags)
    file.save()


def _open_name(path: Path) -> Any:
    return str(path) if sys.platform == "win32" else os.fsencode(path)


def _keys(tags: Any) -> dict[str, str]:
    """Return our names and what this kind of tags calls them."""
    kind = type(tags).__name__
    if "ID3" in kind:
        return _ID3
    if kind == "MP4Tags":
        return _M4A
    return _ASF if kind == "ASFTags" else {name: name for name in _ID3}


def _items(tags: Any) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for name, key in _keys(tags).items():
        value = tags.get(key)
        values = getattr(value, "text", value)
        for one in values if isinstance(values, list) else [values]:
            text = _text(one)
            if text:
                found.append((name, text))
    return tuple(found)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, tuple):
        number, total = value
        return f"{number}/{total}" if total else str(number or "")
    return str(value)


def _cover(file: Any) -> bytes | None:
    tags = file.tags
    pictures = [(picture.type, picture.data) for picture in getattr(file, "pictures", None) or []]
    if "ID3" in type(tags).__name__:
        pictures = [(frame.type, frame.data) for frame in tags.getall("APIC")]
    elif type(tags).__name__ == "MP4Tags":
        pictures = [(_FRONT_COVER, bytes(data)) for data in tags.get("covr", [])]
    elif not pictures and hasattr(tags, "get"):
        from mutagen.flac import Picture

        for coded in tags.get("metadata_block_picture") or []:
            picture = Picture(base64.b64decode(coded))
            pictures.append((picture.type, picture.data))
    front = [data for kind, data in pictures if kind == _FRONT_COVER]
    found: list[bytes] = front or [data for _, data in pictures]
    return found[0] if found else None


def _mime(cover: bytes) -> str:
    return "image/png" if cover.startswith(b"\x89PNG") else "image/jpeg"


def _grouped(tags: Tags, known: dict[str, str]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in tags.items:
        if name in known:
            values.setdefault(known[name], []).append(value)
    return values


def _write_id3(file: Any, tags: Tags) -> None:
    from mutagen import id3

    for key, values in _grouped(tags, _ID3).items():
        file.tags.setall(key, [getattr(id3, key)(encoding=id3.Encoding.UTF8, text=values)])
    if tags.cover:
        picture = id3.APIC(
            encoding=id3.Encoding.UTF8, mime=_mime(tags.cover), type=_FRONT_COVER, desc="", data=tags.cover
        )
        file.tags.setall("APIC", [picture])


def _write_m4a(file: Any, tags: Tags) -> None:
    from mutagen.mp4 import MP4Cover

    for key, values in _grouped(tags, _M4A).items():
        if key in _PAIRS:
            number, _, total = values[0].partition("/")
            file.tags[key] = [(_number(number), _number(total))]
        elif key == "tmpo":
            file.tags[key] = [_number(values[0])]
        else:
            file.tags[key] = [value.encode() for value in values] if key.startswith("----") else values
    if tags.cover:
        png = tags.cover.startswith(b"\x89PNG")
        kind = MP4Cover.FORMAT_PNG if png else MP4Cover.FORMAT_JPEG
        file.tags["covr"] = [MP4Cover(tags.cover, imageformat=kind)]


def _number(text: str) -> int:
    digits = text.strip().partition(".")[0]
    return min(int(digits), 0xFFFF) if digits.isdigit() else 0


def _write_vorbis(file: Any, tags: Tags) -> None:
    from mutagen.flac import Picture

    for key, values in _grouped(tags, {name: name for name in _ID3}).items():
        file.tags[key] = values
    if tags.cover:
        picture = Picture()
        picture.type, picture.mime, picture.data = _FRONT_COVER, _mime(tags.cover), tags.cover
        if not hasattr(file, "add_picture"):
            file.tags["metadata_block_picture"] = [base64.b64encode(picture.write()).decode("ascii")]
        elif len(picture.write()) <= _LARGEST_FLAC_BLOCK_BYTES:
            file.clear_pictures()
            file.add_picture(picture)
        else:
            _log.warning("a cover of %d bytes is too large for a flac file", len(tags.cover))
