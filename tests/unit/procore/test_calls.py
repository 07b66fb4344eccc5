from __future__ import annotations

import pytest

from embedded_app.ids import CompanyId
from embedded_app.procore.calls.call import CompanyCall, ViewerCall
from embedded_app.procore.calls.routes import CompanyRoute, ViewerRoute

_COMPANY = CompanyId(562949953443325)


def test_a_company_call_always_names_its_company() -> None:
    assert CompanyCall(_COMPANY, CompanyRoute.PROJECT).headers == {"Procore-Company-Id": "562949953443325"}


def test_a_company_call_cannot_be_built_without_a_company() -> None:
    with pytest.raises(TypeError):
        CompanyCall(route=CompanyRoute.PROJECT)  # type: ignore[call-arg]


def test_a_viewer_call_names_none() -> None:
    assert ViewerCall(ViewerRoute.COMPANIES).headers == {}


def test_queries_are_encoded_and_empty_ones_left_out() -> None:
    call = CompanyCall(_COMPANY, CompanyRoute.COMMITMENT_CHANGE_ORDERS, (("p", 7),))
    assert call.path == "/rest/v1.0/projects/7/commitment_change_orders"
    assert call.filtered(contract_id=None).path == call.path
    assert call.filtered(contract_id=9).asking(page=1).path == (
        f"{call.path}?filters%5Bcontract_id%5D=9&page=1"
    )
