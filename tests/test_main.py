"""What is done before any command."""

from __future__ import annotations

import pytest

from remixer.__main__ import allow_many_files


def test_more_files_may_be_open_than_the_system_grants_unasked() -> None:
    resource = pytest.importorskip("resource", reason="only Unix limits them so")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        allow_many_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(65_536, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
