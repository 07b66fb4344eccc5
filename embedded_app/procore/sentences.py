"""What a person reads when Procore could not be asked: what happened, then the next step."""

from __future__ import annotations

CANNOT_REACH = "Procore cannot be reached. Try again in a moment."
NO_ANSWER = "Procore did not answer in time. Try again in a moment."
ASKED_TO_WAIT = "Procore asked us to wait. Try again in a moment."
PAUSED = "Procore refused several requests for this company in a row, so none is made for a while. Try again."
FAILED = "Procore could not answer just now. Try again in a moment."
FILE_REFUSED = "Procore did not take the file. Attach it again."
MAY_HAVE_HAPPENED = "Procore may have saved this, but did not say so. Look there before you try again."
NOT_UNDERSTOOD = "Procore answered in a way that this app does not understand. Report it to support."
NOT_ALLOWED = "Procore does not let you see this. Ask your Procore administrator."
NOT_CONNECTED = (
    "This app is not connected to the company in Procore. An administrator can connect it in App Management."
)
NOT_THERE = "Procore does not show this. It was deleted, or you have no access to it."
REFUSED = "Procore refused this. Correct what it names, and try again."
TOKEN_REFUSED = "Procore refused the sign-in. Sign in again."  # noqa: S105 # a sentence
