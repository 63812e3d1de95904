from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("huiying")


@pytest.mark.parametrize("command", ["demo", "serve"])
@pytest.mark.parametrize("port", ["taken", "0", "70000", "http"])
def test_a_port_that_cannot_be_used_is_said_before_anything_starts(home: Path, command: str, port: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wanted = str(taken.getsockname()[1]) if port == "taken" else port
        done = subprocess.run(
            [PROGRAM, command],
            env={**os.environ, "HUIYING_HOME": str(home), "PORT": wanted},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert wanted in done.stderr
    assert not home.exists()
