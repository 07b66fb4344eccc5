"""A source as a person filled it in, before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from embedded_app.errors import InvalidField
from embedded_app.ids import whole_number
from embedded_app.secret import Secret
from embedded_app.sources.connectors.base import Connector, Input, Option
from embedded_app.sources.models import LONGEST_NAME
from embedded_app.web.typed_numbers import typed_number

_DEFAULT_KEEP_SECONDS = 60
_KEEP_SECONDS = range(5, 3601)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form says about a source.

    Attributes:
        settings: every option of the connector that is no secret.
        secrets: those that were entered; for a source that exists, the others stay as they are stored.
        key_column: `None` to number the rows.
        source_id: the source that is being changed, or `None` for a new one.
        version: of that source, from which the form was filled in; `None` where it does not matter.
    """

    kind: str
    name: str
    settings: Mapping[str, str]
    secrets: Mapping[str, Secret]
    key_column: str | None = None
    keep_seconds: int = _DEFAULT_KEEP_SECONDS
    source_id: UUID | None = None
    version: int | None = None


def draft_from(form: Mapping[str, str], connector: Connector, source_id: UUID | None = None) -> Draft:
    """The draft that `form` describes: ``name``, ``key_column``, ``keep_seconds`` and the connector's options.

    Raises:
        InvalidField: when `keep_seconds` is no number in its range.
    """
    settings: dict[str, str] = {}
    secrets: dict[str, Secret] = {}
    for option in connector.options:
        value = form.get(option.name, "")
        if option.input is not Input.SECRET:
            value = value.strip() or _default(option)
            settings[option.name] = _plain_number(value) if option.input is Input.NUMBER else value
        elif value:
            secrets[option.name] = Secret(value)
    return Draft(
        kind=connector.kind,
        name=" ".join(form.get("name", "").split()),
        settings=settings,
        secrets=secrets,
        key_column=form.get("key_column", "").strip() or None,
        keep_seconds=_keep_seconds(form.get("keep_seconds", "").strip()),
        source_id=source_id,
        version=whole_number(form.get("version", "")),
    )


def _default(option: Option) -> str:
    return option.choices[0][0] if option.input is Input.CHOICE else ""


def check_name(name: str) -> str:
    """The name, if a source may have it; raises InvalidField."""
    if not name:
        raise InvalidField("name", "Enter a name. It stands over the columns of this source.")
    if len(name) > LONGEST_NAME:
        raise InvalidField("name", f"The name has {len(name)} characters. Use at most {LONGEST_NAME}.")
    if not name.isprintable():
        raise InvalidField("name", "The name holds signs that cannot be printed. Type it anew.")
    return name


def merged_secrets(
    draft: Draft, connector: Connector, old: Mapping[str, str], stored: Mapping[str, Secret]
) -> dict[str, Secret]:
    """The secrets of a changed source: entered ones, and stored ones for the place they were entered for.

    Raises:
        InvalidField: when the destination changed and no secret was entered: a stored secret is never sent to
            another host than the one it was entered for.
    """
    moved = [
        option.label
        for option in connector.options
        if option.destination and draft.settings.get(option.name, "") != old.get(option.name, "")
    ]
    if not moved:
        return {**stored, **draft.secrets}
    if stored and not draft.secrets:
        name = next(iter(stored))
        label = next(option.label for option in connector.options if option.name == name)
        raise InvalidField(name, f"{moved[0]} changed. Enter the {label.lower()} again.")
    return dict(draft.secrets)


def _keep_seconds(text: str) -> int:
    if not text:
        return _DEFAULT_KEEP_SECONDS
    expected = f"Enter a number of seconds from {_KEEP_SECONDS[0]} to {_KEEP_SECONDS[-1]:,}."
    seconds = int(typed_number(text, "keep_seconds", expected, whole=True))
    if seconds not in _KEEP_SECONDS:
        raise InvalidField("keep_seconds", expected)
    return seconds


def _plain_number(typed: str) -> str:
    """What is stored of a number: its digits, or what was typed, for the connector to refuse."""
    try:
        return str(int(typed_number(typed, "", "", whole=True)))
    except InvalidField:
        return typed
