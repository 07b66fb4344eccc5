"""What an event of the audit log is called on the page."""

from __future__ import annotations

_WORDS = {
    "data_key.destroyed": "Destroyed the company's key",
    "data_key.renewal_begun": "Began to renew the company's key",
    "data_key.renewed": "Renewed the company's key",
    "data_key.rewrapped": "Put the company's key under another master key",
    "grant.revoked": "Gave up access to Procore",
    "installation.connected": "Connected the company",
    "installation.disconnected": "Ended the connection",
    "link.broken": "Removed a link",
    "link.confirmed": "Linked by hand",
    "link.reconsidered": "Took back a rejection",
    "link.rejected": "Rejected a candidate",
    "panel.changed": "Changed a panel",
    "panel.created": "Made a panel",
    "panel.deleted": "Deleted a panel",
    "panel.moved": "Moved a panel",
    "panel.published": "Published a panel",
    "panel.unmatched_kept": "Kept who sees rows without a record",
    "panel.unmatched_narrowed": "Limited rows without a record to Admin",
    "panel.unpublished": "Took a panel off the page",
    "person.deleted": "Deleted a person",
    "principal.signed_in": "Signed in",
    "project_job.assigned": "Assigned a job to a project",
    "project_job.removed": "Took a job off a project",
    "session.ended": "Ended a sign-in",
    "source.created": "Added a source",
    "source.deleted": "Deleted a source",
    "source.failed": "Could not read a source",
    "source.file_uploaded": "Uploaded a file",
    "source.recovered": "Read a source again",
    "source.tested": "Tested a source",
    "source.updated": "Changed a source",
}


def words_of(event: str) -> str:
    """What somebody did, after their name; an event without words of its own is named as it is stored."""
    return _WORDS.get(event) or event.replace("_", " ").replace(".", " ").capitalize()
