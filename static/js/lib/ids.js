// Procore's ids, as text: newer ones exceed what a JavaScript number holds exactly.

const LARGEST = 2n ** 63n - 1n;

/**
 * A claim about an id, checked for its form only; the server believes it no sooner than Procore does.
 * @param {unknown} claim number or text
 * @returns {string | null} plain decimals from 1 to 2^63 - 1, or null
 */
export function parseId(claim) {
  const text = typeof claim === "number" && Number.isSafeInteger(claim) ? String(claim) : claim;
  if (typeof text !== "string" || !/^[1-9][0-9]{0,18}$/.test(text)) return null;
  return BigInt(text) <= LARGEST ? text : null;
}
