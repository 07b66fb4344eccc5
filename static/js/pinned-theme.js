// Runs before the first paint, so that a pinned theme does not flash. The choice is made in
// controllers/theme.js and kept in this browser; storage may be blocked inside a frame.
try {
  const pinned = localStorage.getItem("theme");
  if (pinned === "light" || pinned === "dark") document.documentElement.dataset.theme = pinned;
} catch {
  // Nothing is remembered here; the browser decides.
}
