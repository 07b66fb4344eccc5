"""Companies that Procore refuses again and again are not asked for a while, instead of being hammered.

Before an installation and after an uninstall every call is refused, and refused calls count (docs/platform-
reference.md, sections 3.6 and 4.6). So a run of such refusals, or of 401 with new tokens, opens a company's
circuit: nothing is sent for it until a pause is over. Then one call goes alone, and its answer decides. It goes
earlier when a person insists, and when somebody comes whose token was not refused. A 403 for want of a person's
rights is no such refusal.

Pure, like `rate_windows`: times are seconds of one clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from embedded_app.procore.pacing.windows import MOMENT

RUN = 5
"""So many refused calls in a row open a circuit."""

_FIRST_PAUSE_SECONDS = 30.0
_LONGEST_PAUSE_SECONDS = 15 * 60.0
_PROBE_SECONDS = 15.0
_INSISTING_SECONDS = 2.0
"""A person who tries again makes several calls at once; so soon after a refusal they are no further probes."""
_MOST_GRANTS = 50
_MOST_COMPANIES = 1000


@dataclass(slots=True)
class Circuit:
    """A company's refusals in a row.

    Attributes:
        refused_at: the last refusal.
        asked_at: when the refused call began.
        is_uninstalled: whether the last refusal said that the app is not connected to the company.
        refusals: how many there were.
        grants: whose calls were refused.
        pause: how long the last pause was.
        open_until: no call goes before it; 0 while the circuit is closed.
        probe_until: until then one call is out to see whether things are better.
    """

    refused_at: float
    asked_at: float
    is_uninstalled: bool
    refusals: int = 0
    grants: list[str] = field(default_factory=list)
    pause: float = 0.0
    open_until: float = 0.0
    probe_until: float = 0.0


@dataclass(slots=True)
class Circuits:
    """Companies whose last answer was a refusal, by id."""

    companies: dict[str, Circuit] = field(default_factory=dict)

    def find_open(self, company_id: int) -> Circuit | None:
        """The circuit of a company that is not asked."""
        circuit = self.companies.get(str(company_id))
        return circuit if circuit is not None and circuit.open_until else None

    def wait(self, company_id: int, grant_id: str, now: float, *, insists: bool) -> float | None:
        """0: a call may go; else the seconds until it is worth asking again; `None`: it must not go."""
        circuit = self.find_open(company_id)
        if circuit is None:
            return 0.0
        if now < min(circuit.probe_until, now + _PROBE_SECONDS):
            return MOMENT
        is_over = not now < circuit.open_until <= now + _LONGEST_PAUSE_SECONDS * 2
        is_new = not circuit.is_uninstalled and grant_id not in circuit.grants
        tries_again = insists and now - circuit.refused_at >= _INSISTING_SECONDS
        return 0.0 if is_over or is_new or tries_again else None

    def begin(self, company_id: int, now: float) -> None:
        """A call goes; if the circuit is open, it goes alone."""
        circuit = self.find_open(company_id)
        if circuit is not None:
            circuit.probe_until = now + _PROBE_SECONDS

    def end(self, company_id: int) -> None:
        """A call brought neither answer nor refusal, so another one may try."""
        circuit = self.find_open(company_id)
        if circuit is not None:
            circuit.probe_until = 0.0

    def refuse(
        self,
        company_id: int,
        grant_id: str,
        now: float,
        *,
        is_uninstalled: bool,
        asked_at: float,
        jitter: float,
    ) -> None:
        """A call ended with 401 after a renewal, or as not connected. `jitter`, 0 to 1, spreads the pause."""
        circuit = self.companies.setdefault(str(company_id), Circuit(now, asked_at, is_uninstalled))
        circuit.refused_at, circuit.asked_at, circuit.is_uninstalled = now, asked_at, is_uninstalled
        circuit.refusals += 1
        if grant_id not in circuit.grants:
            circuit.grants = [*circuit.grants, grant_id][-_MOST_GRANTS:]
        is_late = now < circuit.open_until and not circuit.probe_until  # under way when the circuit opened
        circuit.probe_until = 0.0
        if circuit.refusals >= RUN and not is_late:
            circuit.pause = min(circuit.pause * 2 or _FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS)
            circuit.open_until = now + circuit.pause * (0.75 + jitter / 2)
        while len(self.companies) > _MOST_COMPANIES:
            del self.companies[min(self.companies, key=lambda name: self.companies[name].refused_at)]

    def close(self, company_id: int) -> None:
        """The company was answered, or was connected again."""
        self.companies.pop(str(company_id), None)

    def as_json(self) -> dict[str, Any]:
        """For `from_json`."""
        return {name: asdict(circuit) for name, circuit in self.companies.items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Circuits:
        """What `as_json` wrote.

        Raises:
            TypeError, AttributeError: another version wrote it.
        """
        return cls({name: Circuit(**circuit) for name, circuit in value.items()})
