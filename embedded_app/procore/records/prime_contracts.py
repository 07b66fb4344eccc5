"""Prime contracts: what the owner pays for (docs/platform-reference.md, section 5.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.decoding import Fields, Ref
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import CompanyAccess


@dataclass(frozen=True, slots=True)
class PrimeContract:
    """A contract with the owner. Amounts are in `currency`; ``None`` is "not given", never zero.

    Attributes:
        original_amount: Procore's `grand_total`.
        revised_contract: Procore's `revised_contract_amount`, or `revised_contract` where that is missing.
        invoiced: Procore's `owner_invoices_amount`.
        outstanding: Procore's `outstanding_balance`.
    """

    id: RecordId
    number: str | None
    title: str | None
    status: str | None
    executed: bool | None
    private: bool | None
    contractor: Ref | None
    original_amount: Decimal | None
    approved_change_orders: Decimal | None
    pending_change_orders: Decimal | None
    revised_contract: Decimal | None
    invoiced: Decimal | None
    outstanding: Decimal | None
    retainage_percent: Decimal | None
    currency: str | None
    contract_date: date | None
    origin_id: str | None
    created_at: datetime | None
    updated_at: datetime | None


def decode_prime_contract(fields: Fields) -> PrimeContract:
    """One of either version; the fields of version 2 are not documented (section 9, number 15)."""
    revised = fields.number("revised_contract_amount")
    return PrimeContract(
        id=fields.record_id(),
        number=fields.label("number"),
        title=fields.optional_text("title"),
        status=fields.optional_text("status"),
        executed=fields.flag("executed"),
        private=fields.flag("private"),
        contractor=fields.ref("contractor"),
        original_amount=fields.number("grand_total"),
        approved_change_orders=fields.number("approved_change_orders"),
        pending_change_orders=fields.number("pending_change_orders"),
        revised_contract=fields.number("revised_contract") if revised is None else revised,
        invoiced=fields.number("owner_invoices_amount"),
        outstanding=fields.number("outstanding_balance"),
        retainage_percent=fields.number("retainage_percent", percent=True),
        currency=fields.currency(),
        contract_date=fields.day("contract_date"),
        origin_id=fields.optional_text("origin_id"),
        created_at=fields.moment("created_at"),
        updated_at=fields.moment("updated_at"),
    )


@dataclass(frozen=True, slots=True)
class PrimeContracts:
    """The prime contracts of one company that the viewer may see."""

    _access: CompanyAccess

    def list(self, project_id: ProjectId, *, most: int | None = None) -> Read[tuple[PrimeContract, ...]]:
        """Those of a project, at most so many."""
        call = self._access.project_call(
            project_id, CompanyRoute.PRIME_CONTRACTS, CompanyRoute.PRIME_CONTRACTS_V2
        )
        return self._access.read_list(call, decode_prime_contract, most=most)

    def get(self, project_id: ProjectId, record_id: RecordId) -> Read[PrimeContract]:
        """One.

        Raises:
            NotFound: there is none, or the viewer may not see it.
        """
        call = self._access.project_call(
            project_id, CompanyRoute.PRIME_CONTRACT, CompanyRoute.PRIME_CONTRACT_V2, id=record_id
        )
        return self._access.read_one(call, decode_prime_contract)
