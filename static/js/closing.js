// The page at the end of the login: forgets the query that brought it here, and closes its window.
history.replaceState(null, "", location.pathname);
if (document.body.dataset.closes === "true") window.close();
