"""Asking RealtimeKit, on a bus of the test's own, with a service of the test's own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remixer.playback import priority, realtime_kit

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux only")

BUS = """<busconfig>
  <listen>unix:dir={folder}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>"""


class Service(threading.Thread):
    """Grants everything but a niceness below -15, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        from jeepney.bus_messages import message_bus
        from jeepney.io.blocking import open_dbus_connection

        self.connection = open_dbus_connection(bus="SYSTEM")
        self.connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.RealtimeKit1"))

    def run(self) -> None:
        from jeepney import HeaderFields, MessageType, new_error, new_method_return

        bounds = {"RTTimeUSecMax": ("x", 150_000), "MaxRealtimePriority": ("i", 7)}
        while True:
            try:
                call = self.connection.receive()
            except OSError:
                self.connection.close()
                return
            if call.header.message_type is not MessageType.method_call:
                continue
            name = call.header.fields[HeaderFields.member]
            if name == "Get":
                reply = new_method_return(call, "v", (bounds[call.body[1]],))
            elif name == "MakeThreadHighPriorityWithPID" and call.body[2] < -15:
                reply = new_error(call, "org.freedesktop.DBus.Error.AccessDenied")
            else:
                self.asked.append((name, call.body))
                reply = new_method_return(call)
            self.connection.send(reply)


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    pytest.importorskip("jeepney")
    if shutil.which("dbus-daemon") is None:
        pytest.skip("dbus-daemon is not installed")
    config = tmp_path / "bus.conf"
    config.write_text(BUS.format(folder=tmp_path))
    daemon = subprocess.Popen(
        ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"], stdout=subprocess.PIPE
    )
    assert daemon.stdout is not None
    with daemon, daemon.stdout:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", daemon.stdout.readline().decode().strip())
        yield
        daemon.kill()


@pytest.fixture
def service(bus: None) -> Iterator[Service]:
    made = Service()
    made.start()
    yield made
    made.connection.sock.shutdown(socket.SHUT_RDWR)
    made.join()


@pytest.fixture
def bounds_set(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What this process would be bound to; a test must not bind the tests that follow."""
    import resource

    found: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, bounds: found.append(bounds))
    return found


def test_a_thread_becomes_realtime_within_what_is_granted(
    service: Service, bounds_set: list[tuple[int, int]]
) -> None:
    assert realtime_kit.make_realtime(4711, 10)
    assert bounds_set == [(150_000, 150_000)]
    ((name, (_, thread, granted)),) = service.asked
    assert (name, thread, granted) == ("MakeThreadRealtimeWithPID", 4711, 7)


def test_what_is_refused_is_told(service: Service) -> None:
    assert realtime_kit.make_nicer(4711, -10)
    assert not realtime_kit.make_nicer(4711, -20)


def test_nobody_there_is_no_harm(
    bus: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bounds_set: list[tuple[int, int]]
) -> None:
    assert not realtime_kit.make_nicer(4711, -10)
    for address in (f"unix:path={tmp_path}/none", "tcp:host=localhost,port=1", "nonsense"):
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        assert not realtime_kit.make_realtime(4711, 10)
    assert bounds_set == []


def test_the_doctor_is_told_who_grants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = ((True, False, "the system"), (False, True, "RealtimeKit"), (False, False, ""))
    for right, service, told in cases:
        monkeypatch.setattr(priority, "_raise_by_right", lambda *_, right=right: right)
        monkeypatch.setattr(priority, "make_nicer", lambda *_, service=service: service)
        assert priority.granted_by() == told


def test_a_bus_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, ended = threading.Event(), threading.Event()

    def forever(thread: int, niceness: int) -> bool:
        asked.set()
        return ended.wait(60)

    monkeypatch.setattr(priority, "_raise_by_right", lambda *_: False)
    monkeypatch.setattr(priority, "make_nicer", forever)
    priority.raise_priority("beside")
    assert asked.is_set() and not ended.is_set()
    ended.set()


def test_a_program_without_the_right_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int, int]] = []
    done = threading.Event()

    def realtime(thread: int, wanted: int) -> bool:
        asked.append(("realtime", thread, wanted))
        done.set()
        return True

    monkeypatch.setattr(priority, "_raise_by_right", lambda *_: False)
    monkeypatch.setattr(priority, "make_realtime", realtime)
    monkeypatch.setattr(priority, "make_nicer", lambda *values: asked.append(("nicer", *values)))
    me = threading.get_native_id()
    priority.raise_priority("beside")
    priority.raise_priority("audio")
    assert done.wait(10)
    assert asked == [("nicer", me, -10), ("realtime", me, 10)]


def test_the_thread_that_wakes_the_audio_thread_goes_as_early(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    raised: list[tuple[str, int]] = []
    for number, name in ((11, "python"), (12, "threaded-ml"), (13, "ahead")):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "comm").write_text(f"{name}\n")
    (tmp_path / "14").mkdir()
    monkeypatch.setattr(priority, "_THREADS", tmp_path)
    monkeypatch.setattr(priority, "raise_priority", lambda role, thread: raised.append((role, thread)))
    priority.raise_server_thread()
    assert raised == [("audio", 12)]
