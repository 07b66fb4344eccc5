// What the full screen and the side panel do alike: find out who is looking, show the card where nobody is, show the view
// where somebody is. Order on load: the bearer in sessionStorage, a sign-in that is under way, resuming once, the card.
import { SignedOut } from "./api.js";
import { Offline } from "./auth-api.js";
import { fillSlot, hideNotice, showCard, showNotice } from "./cards.js";
import { Fragments } from "./fragments.js";
import { Session } from "./session.js";
import { SignIn } from "./sign-in.js";
import { canRemember } from "./store.js";
import { TypedCode } from "./typed-code.js";
import { cardFor } from "./variants.js";

const CLOSED_HINT = "If the Procore window is gone and nothing happens here, start again.";

export class FrameApp {
  #session;
  #signIn;
  #typedCode;
  #fragments;
  #life = new AbortController();
  /** @type {string | null} where the view is fetched from */
  #address = null;
  /** @type {string | null} whose content is showing */
  #login = null;

  /** @param {string} companyId a claim @param {{keepsAddress: boolean}} options */
  constructor(companyId, { keepsAddress }) {
    const { signal } = this.#life;
    this.companyId = companyId;
    this.#session = new Session(companyId);
    this.#signIn = new SignIn(companyId, {
      show: (card, slots) => this.#showSignIn(card, slots),
      looksClosed: () => fillSlot("waiting", CLOSED_HINT),
      done: (granted) => this.#signedIn(granted),
    });
    this.#typedCode = new TypedCode(companyId, {
      done: (granted) => this.#signedIn(granted),
      again: (sentence) => fillSlot("problem", sentence),
      refused: ({ code, message, reference }) => this.#showSignIn(cardFor(code), { message, reference }),
    });
    const view = document.getElementById("view");
    const listener = { onShown: hideNotice, onError: (error) => this.#failed(error) };
    this.#fragments = new Fragments(view, this.#session, listener, { keepsAddress, signal });
    document.addEventListener("click", (event) => this.#act(event), { signal });
    document.addEventListener("submit", (event) => this.#typed(event), { signal, capture: true });
  }

  /** Shows the view at `address`, signing in first where it is needed. @param {string} address */
  async open(address) {
    this.#address = address;
    if (this.#session.token) return this.#load();
    if (this.#signIn.restore()) return undefined;
    if (this.#typedCode.isUnderWay && document.getElementById("card-code")) return showCard("code");
    try {
      if (await this.#session.resume()) return this.#load();
    } catch (error) {
      return this.#failed(error);
    }
    return this.#showCard();
  }

  /** Reads again what is shown, of its own accord. */
  refresh() {
    if (this.#session.token && this.#fragments.hasContent) this.#fragments.refresh();
  }

  /** Ends everything that is under way. */
  close() {
    this.#signIn.stop({ keepsPending: true });
    this.#session.close();
    this.#life.abort();
  }

  async #load() {
    hideNotice();
    this.#login = this.#session.user.login;
    await this.#fragments.load(this.#address);
  }

  #act(event) {
    const action = event.target.closest("[data-action]")?.dataset.action;
    if (action === "sign-in") this.#startSignIn();
    else if (action === "reload") this.#reload();
    else if (action === "sign-out") this.#signOut();
    else if (action === "print") window.print(); // the browser's own command prints the page around the frame
    else if (action === "sign-in-by-code") this.#signInByCode();
    else return;
    if (action !== "sign-in-by-code") event.preventDefault(); // that one is a link, and opens its tab
  }

  #signInByCode() {
    this.#signIn.stop();
    this.#typedCode.begin();
    setTimeout(() => showCard("code")); // after the browser has followed the link, which goes with its card
  }

  /** The form of the card "code"; no other part of the frame hears of it. */
  #typed(event) {
    if (event.target.dataset.form !== "code") return;
    event.preventDefault();
    event.stopPropagation();
    this.#typedCode.submit(new FormData(event.target).get("code"));
  }

  #startSignIn() {
    this.#typedCode.stop();
    this.#signIn.start();
  }

  #reload() {
    hideNotice();
    if (this.#session.token && this.#fragments.hasContent) this.#fragments.reload();
    else this.open(this.#address);
  }

  async #signOut() {
    this.#signIn.stop();
    this.#login = null;
    showCard("sign-in");
    await this.#session.logout();
  }

  #signedIn(granted) {
    this.#session.adopt(granted);
    const isSamePerson = this.#login === granted.user.login;
    if (isSamePerson && this.#fragments.hasContent) hideNotice(); // what was typed stays
    else this.#load();
  }

  // While content is showing, a sign-in goes on beside it; its cards would take the content away.
  #showSignIn(card, slots) {
    if (!this.#fragments.hasContent || card === "no-access" || card === "not-installed") {
      showCard(card, slots);
      this.#typedCode.offer(document.querySelector('[data-action="sign-in-by-code"]'));
    } else if (card !== "waiting") {
      showNotice("signed-out");
    }
  }

  #failed(error) {
    if (error instanceof SignedOut) {
      if (this.#fragments.hasContent) showNotice("signed-out");
      else this.#showCard();
    } else {
      if (!(error instanceof Offline)) console.error(error);
      if (this.#fragments.hasContent) showNotice("offline");
      else showCard("offline");
    }
  }

  #showCard() {
    if (this.#session.hasExpired) showCard("expired");
    else showCard(canRemember ? "sign-in" : "storage");
  }
}
