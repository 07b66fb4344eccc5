"""Record families: how Procore's records of one kind become what the engine compares.

A family joins by one file in this folder that defines `FAMILY`; nothing else has to name it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from embedded_app.errors import UnknownOption
from embedded_app.panels.families._family import Family, FamilyField, Record, RecordKey

__all__ = ["FAMILIES", "Family", "FamilyField", "Record", "RecordKey", "family_of", "family_of_view"]


def _discover() -> dict[str, Family]:
    names = sorted(
        module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")
    )
    families = [importlib.import_module(f"{__name__}.{name}").FAMILY for name in names]
    return {family.name: family for family in families}


FAMILIES: Mapping[str, Family] = MappingProxyType(_discover())
"""By name, in alphabetical order."""


def family_of(name: str) -> Family:
    """The family of that name.

    Raises:
        UnknownOption: there is none.
    """
    try:
        return FAMILIES[name]
    except KeyError as error:
        raise UnknownOption("There are no panels for this kind of record.") from error


def family_of_view(view: str) -> tuple[Family, str] | None:
    """The family and the kind that a side panel's view key stands for (platform reference, section 3.5).

    `None` when the view shows no single record, or records that no family covers.
    """
    for family in FAMILIES.values():
        if view in family.view_keys:
            return family, family.view_keys[view]
    return None
