"""Selenium's driver over Marionette, the protocol that Firefox speaks by itself.

Debian has no geckodriver, whose work is this translation. Commands and parameters are those of WebDriver; each
message is a JSON array with its length before it: `[0, id, command, parameters]` and `[1, id, error, result]`.
"""

from __future__ import annotations

import json
import socket
from typing import Any

from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.remote_connection import RemoteConnection

_COMMANDS = {
    Command.NEW_SESSION: "WebDriver:NewSession",
    Command.QUIT: "WebDriver:DeleteSession",
    Command.GET: "WebDriver:Navigate",
    Command.GET_CURRENT_URL: "WebDriver:GetCurrentURL",
    Command.REFRESH: "WebDriver:Refresh",
    Command.W3C_GET_CURRENT_WINDOW_HANDLE: "WebDriver:GetWindowHandle",
    Command.W3C_GET_WINDOW_HANDLES: "WebDriver:GetWindowHandles",
    Command.NEW_WINDOW: "WebDriver:NewWindow",
    Command.SWITCH_TO_WINDOW: "WebDriver:SwitchToWindow",
    Command.CLOSE: "WebDriver:CloseWindow",
    Command.SWITCH_TO_FRAME: "WebDriver:SwitchToFrame",
    Command.FIND_ELEMENT: "WebDriver:FindElement",
    Command.FIND_ELEMENTS: "WebDriver:FindElements",
    Command.CLICK_ELEMENT: "WebDriver:ElementClick",
    Command.CLEAR_ELEMENT: "WebDriver:ElementClear",
    Command.SEND_KEYS_TO_ELEMENT: "WebDriver:ElementSendKeys",
    Command.GET_ELEMENT_TEXT: "WebDriver:GetElementText",
    Command.IS_ELEMENT_ENABLED: "WebDriver:IsElementEnabled",
    Command.W3C_EXECUTE_SCRIPT: "WebDriver:ExecuteScript",
    Command.W3C_EXECUTE_SCRIPT_ASYNC: "WebDriver:ExecuteAsyncScript",
    Command.SET_TIMEOUTS: "WebDriver:SetTimeouts",
}


class MarionetteConnection(RemoteConnection):
    """What Selenium sends its commands by; `port` is where Firefox listens."""

    def __init__(self, port: int) -> None:
        super().__init__(client_config=ClientConfig(f"http://127.0.0.1:{port}"))
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._stream = self._socket.makefile("rb")
        self._last_id = 0
        self._receive()  # Firefox says what it is

    def execute(self, command: str, params: dict[str, Any]) -> dict[str, Any]:
        """The answer, in the form that Selenium's own connections give."""
        sent = {name: value for name, value in params.items() if name not in {"sessionId", "wdc"}}
        self._last_id += 1
        message = json.dumps([0, self._last_id, _COMMANDS[command], sent]).encode()
        self._socket.sendall(b"%d:%b" % (len(message), message))
        _, number, error, result = self._receive()
        assert number == self._last_id
        if error is not None:
            return {"status": error["error"], "value": error}
        is_wrapped = isinstance(result, dict) and result.keys() == {"value"}
        return {"value": result["value"] if is_wrapped else result}

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def _receive(self) -> Any:
        digits = b""
        while (character := self._stream.read(1)) != b":":
            if not character:
                raise ConnectionError("Firefox has ended.")
            digits += character
        return json.loads(self._stream.read(int(digits)))
