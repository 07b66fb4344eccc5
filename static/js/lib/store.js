// What this frame remembers while its tab is open. A browser may refuse storage to a frame of another site; then nothing is
// remembered, and the page keeps what it has in memory only.

const PREFIX = "tieback.";

/** Whether the browser lets this frame remember anything. */
export const canRemember = (() => {
  try {
    sessionStorage.setItem(`${PREFIX}probe`, "1");
    sessionStorage.removeItem(`${PREFIX}probe`);
    return true;
  } catch {
    return false;
  }
})();

/** @param {string} key @returns {any} what was remembered, or null */
export function recall(key) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + key));
  } catch {
    return null;
  }
}

/** @param {string} key @param {unknown} value null forgets it */
export function remember(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(PREFIX + key);
    else sessionStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Refused here; memory has to do.
  }
}
