// Fetches pieces of HTML with the bearer and puts them into the shell. What it looks for in a piece is listed in
// embedded_app/web/fragments.py.
import { openAgain, openRows } from "../controllers/rows.js";
import { send } from "./api.js";
import { startControllers } from "./controllers.js";
import { findAgain, traceOf } from "./focus.js";
import { announce } from "./status.js";
import { writeTimes } from "./times.js";

// The only way by which text becomes HTML here. The server escapes what it puts into a piece, and the policy of the frame
// lets no script run that a piece could bring.
const policy = globalThis.trustedTypes?.createPolicy("fragment", { createHTML: (html) => html });

const SKELETON_AFTER_MS = 300;
const SEARCH_AFTER_MS = 300;
const RELOAD_AFTER_MS = 1_000; // at the earliest
const TYPED = ":is(form[data-fragment-form], form[data-fragment]) :is(input, textarea)";
const MOMENTARY = ["refresh"]; // parameters that are an act, not a place

/** The server did not answer with a piece. */
class NoFragment extends Error {}

export class Fragments {
  #root;
  #session;
  #listener;
  #options;
  /** @type {WeakMap<Element, AbortController>} */
  #running = new WeakMap();
  /** @type {WeakMap<Element, ChildNode[]>} what stood where "reading" stands now */
  #readings = new WeakMap();
  #shown = null;
  #reloadTimer = 0;
  #announced = "";
  #searchTimer = 0;

  /**
   * @param {HTMLElement} root the target of the shell; links and forms replace all of it, also from inside a smaller one
   * @param {import("./session.js").Session} session
   * @param {{onShown: () => void, onError: (error: Error) => void}} listener the error is SignedOut, Offline or NoFragment
   * @param {{keepsAddress: boolean, signal: AbortSignal}} options keepsAddress: whether the query of what is shown becomes
   *   the query of the page, so that loading it again leads to the same place
   */
  constructor(root, session, listener, options) {
    this.#root = root;
    this.#session = session;
    this.#listener = listener;
    this.#options = options;
    const { signal } = options;
    root.addEventListener("click", (event) => this.#click(event), { signal });
    root.addEventListener("submit", (event) => this.#submit(event), { signal });
    root.addEventListener("input", (event) => this.#input(event), { signal });
    root.addEventListener("change", (event) => this.#change(event), { signal });
    root.addEventListener("fragment:load", (event) => this.load(event.detail.url, event.detail.target), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#reloadTimer));
  }

  /** Whether content is showing, and not a card. */
  get hasContent() {
    return this.#root.childElementCount > 0 && !this.#root.querySelector(":scope > [data-card], :scope > [data-skeleton]");
  }

  /** Reads what is shown once more. */
  reload() {
    return this.#shown ? this.load(this.#shown) : undefined;
  }

  /** The same, when nobody has asked for it: not in the middle of something. Open rows stay open, and only news are told. */
  async refresh() {
    if (!this.#shown || !this.hasContent || this.#root.hasAttribute("aria-busy")) return;
    const isTyped = [...this.#root.querySelectorAll(TYPED)].some((field) => field.value !== field.defaultValue);
    if (isTyped || this.#root.querySelector("details[open]")) this.#refreshIn(RELOAD_AFTER_MS);
    else await this.#exchange(this.#shown, this.#root, { isQuiet: true });
  }

  /**
   * @param {string | URL} address
   * @param {Element} [target] replaced; the root without it
   */
  async load(address, target = this.#root) {
    const url = new URL(address, location.href);
    if (target === this.#root) this.#shown = url;
    await this.#exchange(url, target, {});
  }

  async #exchange(url, target, { method, body, isQuiet = false }) {
    this.#running.get(target)?.abort();
    const run = new AbortController();
    this.#running.set(target, run);
    const unmark = this.#markBusy(target);
    const { signal } = run;
    this.#options.signal.addEventListener("abort", () => run.abort(), { signal }); // AbortSignal.any is above the browser floor
    try {
      const response = await send(this.#session, url, { method, body, signal });
      const isPiece = response.headers.get("Content-Type")?.startsWith("text/html");
      if (!isPiece || (!response.ok && response.headers.get("X-Fragment") !== "error")) throw new NoFragment(url.pathname);
      const html = await response.text();
      if (signal.aborted) return;
      this.#insert(target, html, isQuiet);
      this.#listener.onShown();
      if (target === this.#root && !method && this.#options.keepsAddress) keepAddress(url);
    } catch (error) {
      if (signal.aborted) return;
      unmark();
      this.#listener.onError(error);
    }
  }

  /** @returns {() => void} takes the marks away, when nothing came */
  #markBusy(target) {
    target.setAttribute("aria-busy", "true");
    if (!this.hasContent) this.#planSkeleton(target);
    // Where there are old rows they stay; only the freshness says that something is under way.
    const marked = [...target.querySelectorAll("[data-reading]")];
    for (const element of marked) {
      if (!this.#readings.has(element)) this.#readings.set(element, [...element.childNodes]);
      element.replaceChildren("reading");
    }
    return () => {
      target.removeAttribute("aria-busy");
      for (const element of marked) element.replaceChildren(...this.#readings.get(element));
    };
  }

  #planSkeleton(target) {
    setTimeout(() => {
      if (target !== this.#root || this.hasContent || target.getAttribute("aria-busy") !== "true") return;
      const skeleton = document.importNode(document.getElementById("skeleton").content, true);
      skeleton.firstElementChild.dataset.skeleton = "";
      target.replaceChildren(skeleton);
      announce("Reading");
    }, SKELETON_AFTER_MS);
  }

  #insert(target, html, isQuiet) {
    const trace = traceOf(target);
    const open = isQuiet ? openRows(target) : [];
    const template = document.createElement("template");
    template.innerHTML = policy ? policy.createHTML(html) : html;
    target.replaceChildren(template.content);
    target.removeAttribute("aria-busy");
    target.removeAttribute("data-src");
    startControllers(target);
    writeTimes(target);
    openAgain(target, open);
    if (trace) findAgain(target, trace);
    const { announce: news = "" } = target.firstElementChild?.dataset ?? {};
    if (!isQuiet || news !== this.#announced) announce(news);
    if (target === this.#root) this.#announced = news;
    this.#planReload();
  }

  #planReload() {
    clearTimeout(this.#reloadTimer);
    const due = this.#root.querySelector("[data-reload-at]")?.dataset.reloadAt;
    if (due) this.#refreshIn(Math.max(RELOAD_AFTER_MS, new Date(due) - Date.now()));
    else if (this.#root.querySelector("[data-lags]")) this.#refreshIn(RELOAD_AFTER_MS);
  }

  #refreshIn(milliseconds) {
    clearTimeout(this.#reloadTimer);
    this.#reloadTimer = setTimeout(() => this.refresh(), milliseconds);
  }

  #click(event) {
    const link = event.target.closest("a[data-fragment], button[data-fragment], a[data-download]");
    if (!link || link.target === "_blank") return;
    event.preventDefault();
    const address = link.dataset.fragment || link.getAttribute("href");
    if ("download" in link.dataset) this.#download(address);
    else if (link.getAttribute("aria-disabled") !== "true") this.load(address);
  }

  #submit(event) {
    const form = event.target;
    event.preventDefault(); // the policy of the frame forbids a submission anyway
    clearTimeout(this.#searchTimer);
    const data = new FormData(form, event.submitter);
    const url = new URL(form.getAttribute("action") ?? this.#shown, location.href);
    if (form.method === "post") {
      const hasFile = [...data.values()].some((value) => value instanceof File);
      this.#exchange(url, this.#root, { method: "POST", body: hasFile ? data : new URLSearchParams(data) });
    } else {
      for (const name of new Set(data.keys())) url.searchParams.delete(name);
      for (const [name, value] of data) if (value) url.searchParams.append(name, value);
      this.load(url);
    }
  }

  #input(event) {
    const form = event.target.type === "search" && event.target.closest("form[data-fragment]");
    if (!form) return;
    clearTimeout(this.#searchTimer);
    this.#searchTimer = setTimeout(() => form.requestSubmit(), SEARCH_AFTER_MS);
  }

  #change(event) {
    if (event.target.matches("form[data-fragment] select")) event.target.form.requestSubmit();
  }

  async #download(address) {
    try {
      const response = await send(this.#session, new URL(address, location.href));
      if (!response.ok) throw new NoFragment(address);
      const name = /filename="?([^";]+)/.exec(response.headers.get("Content-Disposition"))?.[1];
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await response.blob());
      link.download = name ?? "";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (error) {
      this.#listener.onError(error);
    }
  }
}

/** @param {URL} url of the piece that is shown */
function keepAddress(url) {
  const query = new URLSearchParams(url.search);
  for (const name of MOMENTARY) query.delete(name);
  history.replaceState(null, "", `${location.pathname}?${query}`);
}
