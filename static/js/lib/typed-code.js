// Signing in where the browser opens no window: a link opens the login in a tab of its own, which ends with a code, and the
// person types that code here. Only the frame that made the link can use the code, and only while it remembers the verifier.
import { Offline, post } from "./auth-api.js";
import { challengeOf, randomText } from "./proof.js";
import { SIGN_IN_LASTS_MS } from "./schedule.js";
import { recall, remember } from "./store.js";

const ADDRESS = "/auth/frame/code";
const UNCLEAR = "The app is not answering. Try again in a moment.";
const MORE_TRIES = ["too_early", "wrong_code", "too_many_requests"];

/**
 * @typedef {object} Listener
 * @property {(granted: import("./auth-api.js").Granted) => void} done
 * @property {(sentence: string) => void} again what to correct; the code may be typed once more
 * @property {(error: {code?: string, message?: string, reference?: string}) => void} refused it is over
 */

export class TypedCode {
  #companyId;
  #listener;
  #key;
  #verifier;
  #isAsking = false;

  /** @param {string} companyId a claim @param {Listener} listener */
  constructor(companyId, listener) {
    this.#companyId = companyId;
    this.#listener = listener;
    this.#key = `sign-in-code.${companyId}`;
    const begun = recall(this.#key);
    /** Whether the link was followed, so that a code may be on its way. */
    this.isUnderWay = Boolean(begun) && Date.now() - begun.startedAt < SIGN_IN_LASTS_MS;
    this.#verifier = this.isUnderWay ? begun.verifier : randomText(256);
  }

  /** Makes `link` lead to the login. @param {HTMLAnchorElement | null} link absent where the operator does not allow codes */
  async offer(link) {
    if (!link) return;
    const query = new URLSearchParams({ company_id: this.#companyId, challenge: await challengeOf(this.#verifier) });
    link.href = `${ADDRESS}?${query}`;
    link.hidden = false;
  }

  /** The link was followed. */
  begin() {
    this.isUnderWay = true;
    remember(this.#key, { verifier: this.#verifier, startedAt: Date.now() });
  }

  /** Forgets what was begun; the next link is another sign-in. */
  stop() {
    this.isUnderWay = false;
    this.#verifier = randomText(256);
    remember(this.#key, null);
  }

  /** @param {string} code as typed */
  async submit(code) {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const { status, body } = await post("code", { verifier: this.#verifier, code });
      if (status === 200) {
        this.stop();
        this.#listener.done(body);
      } else if (MORE_TRIES.includes(body.error?.code)) {
        this.#listener.again(body.error.message);
      } else {
        this.stop();
        this.#listener.refused(body.error ?? {});
      }
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      this.#listener.again(UNCLEAR);
    } finally {
      this.#isAsking = false;
    }
  }
}
