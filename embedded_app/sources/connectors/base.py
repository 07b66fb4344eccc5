"""What a connector is. To add one, write it in one file beside this one and name it in `__init__`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from embedded_app.clock import Clock
from embedded_app.errors import InvalidField
from embedded_app.outbound.network import Network
from embedded_app.secret import Secret
from embedded_app.sources.bounds import Allowance
from embedded_app.sources.rows import TestReport, Where
from embedded_app.tabular.table import Table
from embedded_app.web.typed_numbers import typed_number

_LONGEST_TEXT = 255
_LONGEST_LINES = 10_000


class Input(StrEnum):
    """How a form asks for an option."""

    TEXT = "text"
    NUMBER = "number"
    LINES = "lines"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105 # a word, not a secret
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Option:
    """One field of a connector's form.

    Attributes:
        choices: value and label of each choice of a CHOICE; the first is the default.
        destination: whether it decides where secrets are sent. When it changes, they are asked for again, so
            that a stored secret cannot be sent to another host. An option decides unless it says that it does not.
            (A change that was not made by the app is refused for every option, see `Source.seal_context`.)
    """

    name: str
    label: str
    hint: str = ""
    input: Input = Input.TEXT
    choices: tuple[tuple[str, str], ...] = ()
    destination: bool = True


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as a person sent it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled-in form: text of every option that is no secret ("" when left empty), secrets that were given.

    `file` gives the uploaded file that a FILE option names. `folder` names the company's own folder below
    `Surroundings.files`: no company reaches another one's files.
    """

    settings: Mapping[str, str]
    secrets: Mapping[str, Secret]
    file: Callable[[], UploadedFile]
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What connectors may use of the machine. `files` is the one directory they may read, or `None`."""

    network: Network
    files: Path | None
    clock: Clock


class Reader(Protocol):
    """A connector with its settings. Used by several threads at once."""

    def test(self, allowance: Allowance) -> TestReport:
        """Try every step of a reading, time it, and say what to correct. Does not raise for a failed step."""
        ...

    def read(self, allowance: Allowance, where: Where | None = None) -> Table:
        """Read up to `MOST_ROWS` lines, within the connector's own limits and what is left of `allowance`.

        `where` is given only to readers of a connector that `filters`. No line that holds one of its texts may be
        missing, blanks around it aside; lines that do not are left out again by the service.

        Raises:
            SourceUnavailable: the source does not answer, or refuses the account.
            SourceRefused: the address, the query or the answer is one that we do not allow.
            SourceChangedShape: the query no longer fits the source.
            InvalidField: the uploaded file cannot be read.
        """
        ...

    def distinct(self, allowance: Allowance, column: str) -> Table:
        """A table that has every value of `column`, as few times as it is cheap; raises as `read`."""
        ...

    def close(self) -> None:
        """Let go of connections. A reader that is closed may be asked again, and opens them anew."""
        ...


class Connector(Protocol):
    """Knows one kind of source: what to ask for, and how to read it. One per process, without state."""

    @property
    def kind(self) -> str:
        """Stable machine name, at most 16 characters; stored with every source."""
        ...

    @property
    def label(self) -> str: ...

    @property
    def hint(self) -> str: ...

    @property
    def options(self) -> tuple[Option, ...]:
        """The form, in the order in which it is asked."""
        ...

    @property
    def filters(self) -> bool:
        """Whether readers take a `where`; rows are filtered here otherwise."""
        ...

    @property
    def live(self) -> bool:
        """Whether a reading can give something new although nobody changed the source here."""
        ...

    def open(self, filled: Filled) -> Reader:
        """Check the settings and make a reader; connects to nothing yet.

        Raises:
            InvalidField: names the option that is wrong.
        """
        ...


def text(filled: Filled, name: str, *, longest: int = _LONGEST_TEXT) -> str:
    """An option's text without spaces around it, or ""."""
    value = filled.settings.get(name, "").strip()
    if len(value) > longest:
        raise InvalidField(name, f"This has {len(value):,} characters. Use at most {longest:,}.")
    if any(ord(sign) < ord(" ") and sign not in "\t\r\n" for sign in value):
        raise InvalidField(name, "This holds signs that cannot be printed. Type it anew.")
    return value


def lines(filled: Filled, name: str) -> str:
    """The text of a LINES option."""
    return text(filled, name, longest=_LONGEST_LINES)


def required(filled: Filled, name: str, sentence: str) -> str:
    """`text` that must not be empty; `sentence` says what to enter."""
    value = text(filled, name)
    if not value:
        raise InvalidField(name, sentence)
    return value


def number(filled: Filled, name: str, *, smallest: int, largest: int) -> int | None:
    """A whole number, or `None` when left empty."""
    value = text(filled, name)
    if not value:
        return None
    expected = f"Enter a whole number from {smallest:,} to {largest:,}."
    typed = int(typed_number(value, name, expected, whole=True))
    if not smallest <= typed <= largest:
        raise InvalidField(name, expected)
    return typed


def choice(filled: Filled, option: Option) -> str:
    """The value that was chosen; the first one when nothing was."""
    value = text(filled, option.name) or option.choices[0][0]
    if value not in {offered for offered, _ in option.choices}:
        raise InvalidField(option.name, "Choose one of the list.")
    return value
