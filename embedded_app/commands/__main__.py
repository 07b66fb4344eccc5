"""`python -m embedded_app.commands`, where the console script is not on the path."""

from embedded_app.commands import main

main()
