// How often a frame asks whether its sign-in is done: soon at first, then less often, and not for ever.

const BRISK_MS = 30_000;

/** A sign-in has to be finished within this time; the server forgets it then. */
export const SIGN_IN_LASTS_MS = 10 * 60_000;

/** @param {number} elapsedMs since the sign-in began @returns {number | null} milliseconds to the next question; null to stop */
export function nextDelay(elapsedMs) {
  if (elapsedMs >= SIGN_IN_LASTS_MS) return null;
  return elapsedMs < BRISK_MS ? 1_000 : 3_000;
}
