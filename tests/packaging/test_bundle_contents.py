"""What goes into the bundle, and what the other systems' files say about it."""

from __future__ import annotations

import importlib.util
import os
import plistlib
import re
import shutil
import struct
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import contents
import icons
import pytest
from linux import desktop

from remixer import __version__

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"


def test_the_version_is_the_programs() -> None:
    assert contents.version() == __version__


@pytest.mark.parametrize(
    ("place", "kept"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", False),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("PySide6/Qt/plugins/iconengines/libqsvgicon.so", True),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6/Qt/plugins/platforms/libqcocoa.dylib", True),
        ("PySide6/Qt/translations/qtbase_de.qm", False),
        ("PySide6/Qt/lib/libQt6Gui.so.6", True),
        ("PySide6/Qt/lib/libQt6Quick.so.6", False),
        ("libportaudio.so.2", True),
        ("libasound.so.2", False),
        ("libstdc++.so.6", False),
        ("resources/app/remixer.svg", True),
    ],
)
def test_the_bundle_keeps_what_the_program_loads(place: str, kept: bool) -> None:
    assert contents.keeps(place) is kept


def test_neither_training_nor_torch_is_shipped(tmp_path: Path) -> None:
    assert {"torch", "remixer.training", "scipy", "onnx"} <= {*contents.EXCLUDED_MODULES}
    shipped = [place for _source, place in contents.data_files(tmp_path)]
    assert any(place.startswith("resources") for place in shipped)
    assert not any(place.startswith("resources/training") for place in shipped)


def test_models_are_shipped_without_their_weights_for_torch(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "tiny"
    folder.mkdir(parents=True)
    (folder / "model.toml").write_text(
        'id = "tiny"\n[weights.onnx]\nfile = "model.onnx"\nsha256 = "a"\n\n'
        '[weights.torch]\nfile = "weights.safetensors"\nsha256 = "b"\n\n[config]\nhidden = 3\n'
    )
    for name in ("model.onnx", "weights.safetensors"):
        (folder / name).touch()
    shipped = contents.data_files(tmp_path / "work", tmp_path)
    assert [Path(source).name for source, _place in shipped] == ["model.toml", "model.onnx"]
    slim = tomllib.loads(Path(shipped[0][0]).read_text("utf-8"))
    assert slim == {
        "id": "tiny",
        "weights": {"onnx": {"file": "model.onnx", "sha256": "a"}},
        "config": {"hidden": 3},
    }


def test_a_model_for_torch_alone_is_not_shipped(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "tiny"
    folder.mkdir(parents=True)
    (folder / "model.toml").write_text('[weights.torch]\nfile = "w.safetensors"\nsha256 = "b"\n')
    assert contents.data_files(tmp_path / "work", tmp_path) == []


@pytest.mark.gui
@pytest.mark.parametrize("module", contents.HIDDEN_MODULES)
def test_modules_named_for_the_bundle_exist(module: str) -> None:
    assert importlib.util.find_spec(module) is not None


def test_every_distribution_the_doctor_asks_for_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {re.split(r"[<>=]", line)[0].lower().replace("_", "-") for line in project["dependencies"]}
    named = {name.lower().replace("_", "-") for name in contents.NAMED_DISTRIBUTIONS} - {"shiboken6"}
    assert named <= declared


def test_the_spec_names_files_that_exist() -> None:
    text = (PACKAGING / "remixer.spec").read_text("utf-8")
    for folder, name in re.findall(r'HERE / "(\w+)" / "([\w.]+)"', text):
        assert (PACKAGING / folder / name).exists()
    assert (PACKAGING / "entry.py").exists()
    compile(text, "remixer.spec", "exec")


def test_the_menu_entry_opens_songs_with_the_program() -> None:
    lines = desktop.entry("remixer").splitlines()
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    assert lines[0] == "[Desktop Entry]"
    assert fields["Exec"] == "remixer %F"
    assert all(
        re.fullmatch(r"(audio|video)/[\w.+-]+", kind) for kind in fields["MimeType"].rstrip(";").split(";")
    )
    assert desktop.entry("/a/remixer").count("Exec=/a/remixer %F") == 1


@pytest.fixture
def unpacked(tmp_path: Path) -> Callable[[str], Path]:
    """Make a folder as the archive unpacks to, with a program that does nothing."""

    def make(name: str) -> Path:
        folder = tmp_path / name
        desktop.write_share(folder / "share", command="remixer")
        shutil.copy(PACKAGING / "linux" / "install.sh", folder)
        (folder / "remixer").touch()
        return folder

    return make


def install(folder: Path, home: Path) -> str:
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    command = [str(folder / "install.sh")]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this menu")
def test_the_menu_starts_the_program_wherever_it_was_unpacked(
    tmp_path: Path, unpacked: Callable[[str], Path]
) -> None:
    install(unpacked("R&B | 100% $1"), tmp_path / "home")
    entry = tmp_path / "home" / ".local" / "share" / "applications" / "stem-remixer.desktop"
    (line,) = [line for line in entry.read_text("utf-8").splitlines() if line.startswith("Exec=")]
    assert line == f'Exec="{tmp_path}/R&B | 100%% \\\\$1/remixer" %F'


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this menu")
def test_another_program_of_the_name_is_left_alone(tmp_path: Path, unpacked: Callable[[str], Path]) -> None:
    home, link = tmp_path / "home", tmp_path / "home" / ".local" / "bin" / "remixer"
    link.parent.mkdir(parents=True)
    link.write_text("precious")
    first, second = unpacked("first"), unpacked("second")
    assert "left alone" in install(first, home)
    assert link.read_text() == "precious"
    link.unlink()
    for folder in (first, second):
        assert str(link) in install(folder, home)
        assert link.readlink() == folder / "remixer"


def test_every_icon_of_the_menu_has_its_size() -> None:
    for source, place in desktop.icon_files():
        assert source.exists(), place
        if source.suffix == ".png":
            size = int(place.split("x")[0])
            assert struct.unpack(">II", source.read_bytes()[16:24]) == (size, size)


def test_the_windows_icon_lists_pictures_that_lie_in_it(tmp_path: Path) -> None:
    icons.write_ico(tmp_path / "a.ico")
    data = (tmp_path / "a.ico").read_bytes()
    reserved, kind, count = struct.unpack("<HHH", data[:6])
    assert (reserved, kind, count) == (0, 1, 7)
    for number in range(count):
        *_rest, size, place = struct.unpack("<BBBBHHII", data[6 + 16 * number : 22 + 16 * number])
        assert data[place : place + 8] == b"\x89PNG\r\n\x1a\n"
        assert place + size <= len(data)


def test_the_macos_icon_says_its_own_length(tmp_path: Path) -> None:
    icons.write_icns(tmp_path / "a.icns")
    data = (tmp_path / "a.icns").read_bytes()
    assert data[:4] == b"icns"
    assert struct.unpack(">I", data[4:8])[0] == len(data)


def test_macos_is_told_about_songs_and_the_microphone() -> None:
    info = plistlib.loads((PACKAGING / "macos" / "Info.plist").read_bytes())
    kinds = info["CFBundleDocumentTypes"][0]["LSItemContentTypes"]
    assert "public.audio" in kinds
    assert info["NSMicrophoneUsageDescription"]
    entitlements = plistlib.loads((PACKAGING / "macos" / "entitlements.plist").read_bytes())
    assert entitlements["com.apple.security.device.audio-input"] is True
    assert os.access(PACKAGING / "macos" / "make_dmg.sh", os.X_OK)


def test_the_windows_installer_takes_what_the_build_makes() -> None:
    text = (PACKAGING / "windows" / "stem-remixer.iss").read_text("utf-8")
    folder = PACKAGING / "windows"
    assert re.search(r'#define Bundle "\.\.\\\.\.\\dist\\stem-remixer"', text)
    licence = re.search(r"LicenseFile=(.+)", text)
    assert licence is not None
    assert (folder / licence[1].replace("\\", "/")).resolve().exists()
    spec = (PACKAGING / "remixer.spec").read_text("utf-8")
    assert 'program(NAME, console=False), program("remixer", console=True)' in spec
    assert set(re.findall(r"\{app\}\\([\w-]+)\.exe", text)) == {"stem-remixer"}
    assert len(re.findall(r"OpenWithProgids", text)) >= 8
