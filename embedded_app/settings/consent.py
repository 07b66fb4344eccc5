"""What people agree to when they install: everything that is read and kept, in their words.

It says what the code does today. A change of meaning needs a new `CONSENT_VERSION`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One thing that is read or kept: which parts of it, why, and for how long."""

    what: str
    which: str
    why: str
    kept: str
    note: str = ""


CONSENT = (
    ConsentLine(
        "Read in Procore",
        "Your rights, projects, and commitments with their vendors and amounts",
        "To compare them with your data",
        "Not stored",
        "Read with each person’s own permissions when they look, and held in memory for minutes",
    ),
    ConsentLine(
        "Rows of your sources",
        "The table, query or spreadsheet you name",
        "To show them beside Procore, also while the source is down",
        "In memory, shown for up to 24 hours",
        "Uploaded spreadsheets are stored encrypted until you replace them or delete the source",
    ),
    ConsentLine(
        "Source passwords",
        "Encrypted, with a key of your company alone",
        "To read your sources",
        "Until you delete the source",
    ),
    ConsentLine(
        "Procore tokens",
        "Encrypted, with a key of your company alone",
        "To read Procore as the person who looks",
        "Until you disconnect, or uninstall the app in Procore",
        "Procore is asked to end them until it confirms that; so long they stay encrypted here, unused",
    ),
    ConsentLine(
        "Links and settings",
        "Ids of records, projects and rows, who linked them, when; how many rows a job had",
        "So that nobody links twice, and missing rows are noticed",
        "Until you remove them",
    ),
    ConsentLine(
        "People who sign in",
        "Name, login and user id from Procore",
        "To know who did what",
        "Until you ask us to delete them",
    ),
    ConsentLine(
        "Audit log",
        "Sign-ins and changes, with the names of people and sources",
        "To answer your auditors",
        "Until you ask us to delete it",
    ),
)
