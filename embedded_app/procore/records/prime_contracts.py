"""Prime contracts: what the owner pays for (docs/platform-reference.md, section 5.8)."""

from __future__ import annotations

import msgspec

from embedded_app.ids import RecordId
from embedded_app.procore.calls.fields import Day, Id, Label, Moment, Named, Number, Percent, Text, at
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.records.access import Records


class PrimeContract(msgspec.Struct, frozen=True):
    """A contract with the owner. Amounts are in `currency`; ``None`` is "not given", never zero.

    The fields of version 2 are not documented (section 9, number 15).

    Attributes:
        original_amount: Procore's `grand_total`.
        revised_contract: Procore's `revised_contract_amount`, or `revised_contract` where that is missing.
        invoiced: Procore's `owner_invoices_amount`.
        outstanding: Procore's `outstanding_balance`.
    """

    id: Id[RecordId]
    number: Label | None = None
    title: Text | None = None
    status: Text | None = None
    executed: bool | None = None
    private: bool | None = None
    contractor: Named | None = None
    original_amount: Number | None = at("grand_total")
    approved_change_orders: Number | None = None
    pending_change_orders: Number | None = None
    revised_contract: Number | None = at("revised_contract_amount", "revised_contract")
    invoiced: Number | None = at("owner_invoices_amount")
    outstanding: Number | None = at("outstanding_balance")
    retainage_percent: Percent | None = None
    currency: Text | None = at("currency_configuration.currency_iso_code")
    contract_date: Day | None = None
    origin_id: Text | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class PrimeContracts(Records[PrimeContract]):
    """The prime contracts of a company."""

    kind = PrimeContract
    many, many_v2 = CompanyRoute.PRIME_CONTRACTS, CompanyRoute.PRIME_CONTRACTS_V2
    single, single_v2 = CompanyRoute.PRIME_CONTRACT, CompanyRoute.PRIME_CONTRACT_V2
