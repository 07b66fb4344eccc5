"""Fields that customers added to records of their own (docs/platform-reference.md, section 4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embedded_app.simulator.rest.access import Refusal
from embedded_app.simulator.seed.custom_fields import CustomField, of


def written(company_id: int, family: str, before: Any, sent: Mapping[str, Any]) -> dict[str, object]:
    """The custom fields of a record after `custom_field_<id>` were sent; what was not sent stays."""
    values = dict(before or {})
    for each in of(company_id, family):
        key = f"custom_field_{each.id}"
        if key in sent:
            values[key] = {"data_type": each.data_type, "value": _fit(each, key, sent[key])}
        else:
            values.setdefault(key, {"data_type": each.data_type, "value": None})
    return values


def missing(company_id: int, family: str, values: Any) -> list[str]:
    """The required ones that have no value, which count with `run_configurable_validations=true`."""
    keys = [f"custom_field_{each.id}" for each in of(company_id, family) if each.required]
    return [key for key in keys if not (values or {}).get(key, {}).get("value")]


_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "decimal": (str, int, float),
    "boolean": (bool,),
    "lov_entry": (int,),
    "lov_entries": (list,),
}


def _fit(field: CustomField, key: str, value: object) -> object:
    if value is not None and not isinstance(value, _TYPES[field.data_type]):
        raise Refusal(400, f"is no {field.data_type}", field=key)
    return str(value) if field.data_type == "decimal" and value is not None else value
