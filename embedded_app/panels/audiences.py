"""Which audiences a viewer is in, by Procore's answers only."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import replace

from embedded_app.errors import AppNotConnected, Forbidden, NotFound, ProcoreError, Unauthorized
from embedded_app.ids import ProjectId
from embedded_app.panels.definition import Audience
from embedded_app.panels.view import RecordsSide
from embedded_app.principals import PrincipalService, Refusal, Viewer
from embedded_app.procore import AccessLevel, CompanyApi
from embedded_app.storage.fan_out import FanOut

_LEAST_LEVEL = {Audience.STANDARD: AccessLevel.STANDARD, Audience.ADMINS: AccessLevel.ADMIN}
_NOBODY: frozenset[Audience] = frozenset()


class Membership:
    """The answers about one viewer, one project and one tool, some of them still on their way."""

    def __init__(self, asking: Collection[Future[frozenset[Audience]]]) -> None:
        self._asking = asking

    def audiences(self, *, reads: bool) -> frozenset[Audience]:
        """Those that the viewer is in; none for somebody who cannot read the records.

        Raises:
            Unauthorized, AppNotConnected: nothing can be asked for this viewer any more.
        """
        found = frozenset({Audience.READERS}).union(*(each.result() for each in self._asking))
        return found if reads else _NOBODY


class Audiences:
    """Asks Procore for the viewer's rights (platform reference, section 6).

    That the records were read is itself the proof that the viewer can read them, and costs no further call.
    While Procore is silent, a proof of the last 15 minutes counts, as it does for the project itself. A level
    that cannot be asked is none.
    """

    def __init__(self, principals: PrincipalService, fan_out: FanOut) -> None:
        self._principals = principals
        self._fan_out = fan_out

    def ask(
        self, wanted: Collection[Audience], company: CompanyApi, project_id: ProjectId, tool: str
    ) -> Membership:
        """Begin to ask what it takes to know about the audiences `wanted`."""

        def by_level() -> frozenset[Audience]:
            level = company.permissions(project_id).level(tool)
            return frozenset(audience for audience, least in _LEAST_LEVEL.items() if level >= least)

        def by_company() -> frozenset[Audience]:
            is_administrator = company.permissions().is_company_admin()
            return frozenset({Audience.ADMINISTRATORS}) if is_administrator else _NOBODY

        questions: list[Callable[[], frozenset[Audience]]] = []
        if _LEAST_LEVEL.keys() & set(wanted):
            questions.append(by_level)
        if Audience.ADMINISTRATORS in wanted:
            questions.append(by_company)
        return Membership([self._fan_out.submit(_unless_unknown(question)) for question in questions])

    def refusal(self, viewer: Viewer, project_id: ProjectId, tool: str) -> Refusal | None:
        """What lately refused the tool's records to the viewer, so that they need not be asked for again."""
        return self._principals.proofs.refusal(viewer, (project_id, tool))

    def judged(
        self, viewer: Viewer, project_id: ProjectId, tool: str, records: RecordsSide
    ) -> tuple[RecordsSide, bool]:
        """`records` as reading them just ended, and whether the viewer can read them.

        Somebody to whom they were refused before Procore fell silent is still told so.
        """
        proofs, place, failure = self._principals.proofs, (project_id, tool), records.failure
        if failure is None:
            if not records.is_stale:
                proofs.keep(viewer, place)
            return records, True
        if isinstance(failure, (Forbidden, NotFound)):
            if proofs.refusal(viewer, place) is not failure:
                proofs.keep(viewer, place, failure)
            return records, False
        refusal = proofs.refusal(viewer, place, is_silent=True)
        if refusal is not None:
            return replace(records, failure=refusal), False
        return records, proofs.holds(viewer, place)


def _unless_unknown(question: Callable[[], frozenset[Audience]]) -> Callable[[], frozenset[Audience]]:
    def ask() -> frozenset[Audience]:
        try:
            return question()
        except (Unauthorized, AppNotConnected):
            raise
        except ProcoreError:
            return _NOBODY  # nobody is let in on a guess

    return ask
