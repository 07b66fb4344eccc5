// The bearer of one person in one company: in memory, and in sessionStorage where the browser allows it.
import { post } from "./auth-api.js";
import { recall, remember } from "./store.js";

const RENEW_AFTER = 2 / 3; // of its life: a bearer of 15 minutes is renewed from minute 10 on

export class Session {
  #key;
  /** @type {{token: string, expiresAt: number, renewAt: number, user: {name: string, login: string}} | null} */
  #grant;
  /** @type {Promise<boolean> | null} */
  #recovering = null;
  #timer = 0;

  /** @param {string} companyId a claim; the server decides what the bearer is good for */
  constructor(companyId) {
    this.companyId = companyId;
    this.#key = `session.${companyId}`;
    const stored = recall(this.#key);
    /** Whether somebody was signed in here before, and no longer is. */
    this.hasExpired = stored !== null && !(stored.expiresAt > Date.now());
    this.#grant = stored !== null && !this.hasExpired ? stored : null;
    this.#schedule();
  }

  /** @returns {string | null} the bearer, or null when nobody is signed in */
  get token() {
    return this.#grant?.token ?? null;
  }

  /** @returns {{name: string, login: string} | null} */
  get user() {
    return this.#grant?.user ?? null;
  }

  /** @param {import("./auth-api.js").Granted} granted */
  adopt({ token, expires_in_seconds, user }) {
    const life = expires_in_seconds * 1000;
    this.#grant = { token, user, expiresAt: Date.now() + life, renewAt: Date.now() + life * RENEW_AFTER };
    this.hasExpired = false;
    remember(this.#key, this.#grant);
    this.#schedule();
  }

  forget() {
    this.hasExpired ||= this.#grant !== null;
    this.#grant = null;
    remember(this.#key, null);
    clearTimeout(this.#timer);
  }

  /** Stops renewing by itself, when the frame is about to go. */
  close() {
    clearTimeout(this.#timer);
  }

  /**
   * Asks the server to go on without a sign-in, by the cookie of this partition.
   * @returns {Promise<boolean>} whether somebody is signed in now
   * @throws {import("./auth-api.js").Offline}
   */
  async resume() {
    return this.#take(await post("resume", { company_id: this.companyId }));
  }

  /**
   * After a 401: once, whoever asks. A bearer that has changed meanwhile counts as recovered.
   * @param {string | null} rejected the bearer that was refused
   * @returns {Promise<boolean>} whether it makes sense to try again
   */
  async recover(rejected) {
    if (this.token && this.token !== rejected) return true;
    this.#recovering ??= this.resume().finally(() => {
      this.#recovering = null;
    });
    return this.#recovering;
  }

  /** Renews the bearer when it is time. Its failure is no reason to stop: the next call finds out. */
  async renewIfDue() {
    if (!this.#grant || Date.now() < this.#grant.renewAt) return;
    this.#recovering ??= post("renew", {}, this.#grant.token)
      .then((answer) => (answer.status === 200 ? this.#take(answer) : this.resume()))
      .catch(() => false)
      .finally(() => {
        this.#recovering = null;
      });
    await this.#recovering;
  }

  /** Ends the session here and on the server. */
  async logout() {
    const token = this.token ?? undefined;
    this.forget();
    this.hasExpired = false;
    await post("logout", { company_id: this.companyId }, token).catch(() => {}); // it ends by itself otherwise
  }

  #take({ status, body }) {
    if (status === 200) this.adopt(body);
    else this.forget();
    return status === 200;
  }

  #schedule() {
    clearTimeout(this.#timer);
    if (!this.#grant) return;
    const due = Math.max(0, this.#grant.renewAt - Date.now());
    this.#timer = setTimeout(() => this.renewIfDue(), due);
  }
}
