"""The one cookie of a frame's partition, which holds a proof for each company that the person has open.

Frames of all companies share a partition, because they stand on pages of one site.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from flask import Response

from embedded_app.ids import CompanyId
from embedded_app.principals.sessions import SESSION_LIFE, company_of
from embedded_app.web import cookies

_SEPARATOR = "~"
_MOST_COMPANIES = 8


@dataclass(frozen=True, slots=True)
class ResumeCookie:
    """Proofs, the newest first, at most one for each company."""

    proofs: tuple[str, ...]

    @classmethod
    def read(cls) -> Self:
        """What the browser sent; only resume and logout, and what adds to it, read it."""
        texts = (cookies.RESUME.read() or "").split(_SEPARATOR)
        return cls(tuple(text for text in texts if company_of(text) is not None)[:_MOST_COMPANIES])

    def find(self, company_id: CompanyId) -> str | None:
        """The proof for a company, or `None`."""
        return next((text for text in self.proofs if company_of(text) == company_id), None)

    def with_proof(self, company_id: CompanyId, proof: str) -> ResumeCookie:
        """With `proof` in place of the company's former one."""
        return ResumeCookie((proof, *self.without(company_id).proofs)[:_MOST_COMPANIES])

    def without(self, company_id: CompanyId) -> ResumeCookie:
        """Without the proof of a company."""
        return ResumeCookie(tuple(text for text in self.proofs if company_of(text) != company_id))

    def write(self, response: Response) -> None:
        """Have the browser keep it, or drop it when it is empty."""
        if self.proofs:
            seconds = int(SESSION_LIFE.total_seconds())
            cookies.RESUME.set(response, _SEPARATOR.join(self.proofs), max_age_seconds=seconds)
        else:
            cookies.RESUME.clear(response)
