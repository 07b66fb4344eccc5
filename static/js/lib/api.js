// Calls that carry the bearer. A 401 is answered by resuming once; a second one in a row means that nobody is signed in.
import { Offline } from "./auth-api.js";

/** Nobody is signed in, and it cannot be mended without the person. */
export class SignedOut extends Error {}

/**
 * @param {import("./session.js").Session} session
 * @param {URL} url below our own origin
 * @param {{method?: string, body?: BodyInit, signal?: AbortSignal}} [options]
 * @returns {Promise<Response>} any status but 401
 * @throws {SignedOut | Offline | DOMException} the last one when `signal` aborts
 */
export async function send(session, url, options = {}) {
  if (url.origin !== location.origin) throw new TypeError("The bearer stays with our own server.");
  await session.renewIfDue();
  const first = session.token;
  let response = first ? await attempt(first, url, options) : null;
  if (response && response.status !== 401) return response;
  if (!(await session.recover(first))) throw new SignedOut();
  response = await attempt(session.token, url, options);
  if (response.status !== 401) return response;
  session.forget();
  throw new SignedOut();
}

async function attempt(token, url, { method = "GET", body, signal }) {
  const headers = { Authorization: `Bearer ${token}`, "X-Requested-By": "tieback" };
  try {
    return await fetch(url, { method, body, signal, headers, credentials: "omit", cache: "no-store", redirect: "error" });
  } catch (cause) {
    if (cause.name === "AbortError") throw cause;
    throw new Offline(url.pathname, { cause });
  }
}
