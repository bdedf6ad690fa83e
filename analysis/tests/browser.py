"""A headless Chromium for tests: opens pages, clicks, reads and takes pictures of them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tornado.websocket import WebSocketClientConnection, websocket_connect

#: So long a page may take on a busy machine; pages that are ready end the wait at once.
_PATIENCE = 120


def program() -> str | None:
    """Chromium, or None where it is not installed."""
    return next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )


class Page:
    """One page of the browser."""

    def __init__(self, loop: asyncio.AbstractEventLoop, socket: WebSocketClientConnection) -> None:
        self._loop, self._socket, self._count = loop, socket, 0
        self.problems: list[str] = []
        self.requests: list[str] = []

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the DevTools protocol, and its answer."""
        return self._loop.run_until_complete(self._send(method, parameters))

    async def _send(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._count += 1
        number = self._count
        await self._socket.write_message(
            json.dumps({"id": number, "method": method, "params": parameters})
        )
        while True:
            text = await asyncio.wait_for(self._socket.read_message(), _PATIENCE)
            assert text is not None, "the browser ended"
            message = json.loads(text)
            if message.get("id") == number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        parameters = message.get("params", {})
        if message.get("method") == "Runtime.exceptionThrown":
            self.problems.append(json.dumps(parameters["exceptionDetails"])[:500])
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"][:200])

    def open(self, path: Path, width: int, height: int = 900) -> None:
        """Shows a file in a window of this size, and waits until its script is done."""
        for domain in ("Page", "Runtime", "Network"):
            self.send(f"{domain}.enable")
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.send("Page.navigate", url=path.resolve().as_uri())
        self.wait("document.body && (document.body.dataset.ready || document.body.dataset.error)")
        assert not self.run("document.body.dataset.error || ''"), self.run(
            "document.body.dataset.error"
        )

    def run(self, expression: str) -> Any:
        """The value of an expression in the page."""
        answer = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, expression: str) -> None:
        """Waits until an expression is true."""
        end = time.monotonic() + _PATIENCE
        while not self.run(expression):
            assert time.monotonic() < end, f"never true: {expression}"
            time.sleep(0.02)

    def click(self, x: float, y: float) -> None:
        """A click of the mouse at a place of the window."""
        for kind, buttons in (("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)):
            self.send(
                "Input.dispatchMouseEvent",
                type=kind,
                x=x,
                y=y,
                button="none" if kind == "mouseMoved" else "left",
                buttons=buttons,
                clickCount=0 if kind == "mouseMoved" else 1,
            )

    def move(self, x: float, y: float) -> None:
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def picture(self, path: Path, *, whole: bool = False) -> Path:
        """Writes what the window shows, or the whole page, as PNG."""
        answer = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(answer["data"]))
        return path


@contextlib.contextmanager
def browser() -> Iterator[Page]:
    """A page of a new browser, which ends with the block."""
    chromium = program()
    assert chromium
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                chromium,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--remote-debugging-port=0",
                "--remote-allow-origins=*",
                "--no-first-run",
                "--disable-background-networking",
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"HOME": profile},
        )
        loop = asyncio.new_event_loop()
        try:
            port_file = Path(profile) / "DevToolsActivePort"
            end = time.monotonic() + _PATIENCE
            while not (port_file.exists() and "\n" in port_file.read_text()):
                assert process.poll() is None and time.monotonic() < end, "Chromium does not start"
                time.sleep(0.05)
            port = int(port_file.read_text().split()[0])
            yield Page(loop, loop.run_until_complete(_connect(port)))
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()
            loop.close()


async def _connect(port: int) -> WebSocketClientConnection:
    from tornado.httpclient import AsyncHTTPClient

    answer = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/json/list")
    target = next(t for t in json.loads(answer.body) if t["type"] == "page")
    return await websocket_connect(target["webSocketDebuggerUrl"], max_message_size=1 << 28)
