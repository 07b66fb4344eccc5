// The frame's side of signing in: open the popup on a click, shake hands with it, then ask the server until the sign-in is
// done. Nothing that the popup says later counts, and whether it looks closed is a hint for the text on the screen: a login
// page may cut the popup off from this frame while it is open.
import { post } from "./auth-api.js";
import { shakeHands } from "./handshake.js";
import { challengeOf, randomText } from "./proof.js";
import { nextDelay, SIGN_IN_LASTS_MS } from "./schedule.js";
import { recall, remember } from "./store.js";
import { cardFor } from "./variants.js";

const POPUP_ADDRESS = "/auth/frame/popup";
const POPUP_FEATURES = "popup,width=520,height=720";
const SILENCE_MS = 20_000; // without a word from the popup it was blocked, whatever window.open returned
const WATCH_MS = 1_000;

/**
 * @typedef {{rid: string, verifier: string, startedAt: number}} Pending
 * @typedef {object} Listener
 * @property {(card: string, slots?: Record<string, string>) => void} show
 * @property {() => void} looksClosed the popup may be gone
 * @property {(granted: import("./auth-api.js").Granted) => void} done
 */

export class SignIn {
  #companyId;
  #listener;
  #key;
  #proof;
  /** @type {AbortController | null} */
  #run = null;
  /** @type {Pending | null} what the server is asked about; a popup that is loaded anew begins anew */
  #pending = null;

  /** @param {string} companyId a claim @param {Listener} listener */
  constructor(companyId, listener) {
    this.#companyId = companyId;
    this.#listener = listener;
    this.#key = `sign-in.${companyId}`;
    this.#prepare();
  }

  /** Call it in a click, and from nowhere else: browsers open windows for clicks only. */
  start() {
    this.stop();
    const proof = this.#proof;
    this.#prepare();
    const popup = openPopup();
    if (!popup) {
      this.#listener.show("blocked");
      return;
    }
    this.#run = new AbortController();
    const { signal } = this.#run;
    this.#listener.show("waiting");
    const silence = setTimeout(() => this.#fail("blocked"), SILENCE_MS);
    let isUnderWay = false;
    const watch = setInterval(() => {
      if (!popup.closed) return;
      if (isUnderWay) this.#listener.looksClosed();
      else this.#fail("cancelled"); // still our own page, so it is really gone
    }, WATCH_MS);
    signal.addEventListener("abort", () => {
      clearTimeout(silence);
      clearInterval(watch);
    });
    shakeHands(
      popup,
      {
        challenge: async () => {
          clearTimeout(silence);
          return { challenge: await proof.challenge, company_id: this.#companyId };
        },
        started: (rid) => {
          this.#pending = { rid, verifier: proof.verifier, startedAt: Date.now() };
          remember(this.#key, this.#pending);
          if (!isUnderWay) this.#poll(popup);
          isUnderWay = true;
        },
        failed: (error) => this.#refused(error),
      },
      signal,
    );
  }

  /** Goes on with a sign-in that was under way when the host loaded this frame anew. @returns {boolean} whether there is one */
  restore() {
    const pending = recall(this.#key);
    if (!pending || Date.now() - pending.startedAt >= SIGN_IN_LASTS_MS) return false;
    this.stop({ keepsPending: true });
    this.#run = new AbortController();
    this.#pending = pending;
    this.#listener.show("waiting");
    this.#poll(null);
    return true;
  }

  /** Gives up what is under way. */
  stop({ keepsPending = false } = {}) {
    this.#run?.abort();
    this.#run = null;
    this.#pending = null;
    if (!keepsPending) remember(this.#key, null);
  }

  // WebCrypto answers later, and waiting for it inside a click would lose the right to open a window.
  #prepare() {
    const verifier = randomText(256);
    this.#proof = { verifier, challenge: challengeOf(verifier) };
    this.#proof.challenge.catch(() => {}); // told when it is needed
  }

  #poll(popup) {
    const { signal } = this.#run;
    let timer = 0;
    let isAsking = false;

    const ask = async () => {
      clearTimeout(timer);
      if (isAsking || signal.aborted) return;
      isAsking = true;
      const { rid, verifier } = this.#pending;
      const answer = await post("redeem", { rid, verifier }).catch(() => null); // asked again at the next turn
      isAsking = false;
      if (signal.aborted) return;
      if (answer?.status === 200) this.#finish(answer.body, popup);
      else if (answer && answer.status !== 202 && answer.status !== 429) this.#refused(answer.body.error ?? {});
      else plan();
    };
    const plan = () => {
      const delay = nextDelay(Date.now() - this.#pending.startedAt);
      if (delay === null) this.#fail("expired");
      else timer = setTimeout(ask, delay);
    };
    const wake = () => {
      if (!document.hidden) ask();
    };

    window.addEventListener("focus", wake, { signal });
    window.addEventListener("pageshow", wake, { signal });
    document.addEventListener("visibilitychange", wake, { signal });
    signal.addEventListener("abort", () => clearTimeout(timer));
    ask();
  }

  #finish(granted, popup) {
    this.stop();
    try {
      popup?.close(); // it closes itself where it may
    } catch {
      // Cut off; then it is not ours to close.
    }
    this.#listener.done(granted);
  }

  #refused({ code, message, reference }) {
    this.#fail(cardFor(code), { message, reference });
  }

  #fail(card, slots) {
    this.stop();
    this.#listener.show(card, slots);
  }
}

/** @returns {Window | null} null when the browser did not open one; Firefox throws in a sandbox without popups */
function openPopup() {
  try {
    return window.open(POPUP_ADDRESS, "_blank", POPUP_FEATURES);
  } catch {
    return null;
  }
}
