// The endpoints below /auth/frame/. They take JSON from our own pages only, which the extra header proves.

/** The network failed, or something between us and the server answered in its place. */
export class Offline extends Error {}

/**
 * @typedef {{token: string, expires_in_seconds: number, user: {name: string, login: string}}} Granted
 * @typedef {{error: {code: string, message: string, reference: string}}} Refused
 */

/**
 * @param {"begin" | "redeem" | "code" | "resume" | "renew" | "logout"} step
 * @param {object} body
 * @param {string} [token] the bearer, for the steps that need one
 * @returns {Promise<{status: number, body: any}>} body is {} where the answer has none
 * @throws {Offline} without a usable answer; the caller may ask again
 */
export async function post(step, body, token) {
  const headers = { "Content-Type": "application/json", "X-Requested-By": "tieback" };
  if (token) headers.Authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(`/auth/frame/${step}`, { method: "POST", headers, body: JSON.stringify(body), cache: "no-store" });
  } catch (cause) {
    throw new Offline(step, { cause });
  }
  if (response.status >= 500) throw new Offline(`${step}: ${response.status}`);
  return { status: response.status, body: await response.json().catch(() => ({})) };
}
