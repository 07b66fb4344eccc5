from __future__ import annotations

import pytest

from embedded_app.ids import CompanyId
from embedded_app.principals.sessions import company_of
from embedded_app.signing_in.resume_cookie import ResumeCookie

TEXT = "a" * 43


def test_one_proof_for_each_company_the_newest_first() -> None:
    cookie = ResumeCookie(())
    for company_id in (1, 2, 1):
        cookie = cookie.with_proof(CompanyId(company_id), f"{company_id}.{TEXT}")
    assert cookie.proofs == (f"1.{TEXT}", f"2.{TEXT}")
    assert cookie.find(CompanyId(2)) == f"2.{TEXT}"
    assert cookie.find(CompanyId(3)) is None
    assert cookie.without(CompanyId(2)).proofs == (f"1.{TEXT}",)


def test_the_oldest_company_goes_when_there_are_too_many() -> None:
    cookie = ResumeCookie(())
    for company_id in range(1, 10):
        cookie = cookie.with_proof(CompanyId(company_id), f"{company_id}.{TEXT}")
    assert len(cookie.proofs) == 8
    assert cookie.find(CompanyId(1)) is None


@pytest.mark.parametrize(
    "text",
    ["", "1", f"1.{TEXT}x", f"0.{TEXT}", f"-1.{TEXT}", f".{TEXT}", f"1.{TEXT[:-1]}!", f"{2**63}.{TEXT}"],
)
def test_what_cannot_be_a_proof_names_no_company(text: str) -> None:
    assert company_of(text) is None


def test_a_proof_names_its_company() -> None:
    assert company_of(f"{2**62}.{TEXT}") == 2**62
