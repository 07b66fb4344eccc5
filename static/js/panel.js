// The side panel: learns from the page around it which record is open, and follows when another one is opened.
// The protocol is in docs/platform-reference.md, section 3.4. Everything in a message is a claim.
import { showCard, shownCard } from "./lib/cards.js";
import { FrameApp } from "./lib/frame-app.js";
import { hostOrigin, isAllowedOrigin } from "./lib/origins.js";
import { readSetup } from "./lib/setup.js";
import { startTicking } from "./lib/times.js";

const REPEAT_MS = 500;
const GIVE_UP_MS = 10_000;

const { viewUrl, hostOrigins } = document.body.dataset;
const allowed = hostOrigins.split(" ").filter(Boolean);

/** @type {FrameApp | null} */
let app = null;
let shown = "";
let isHidden = false;

/** Asks for the record. Without knowing the exact origin of the host only fixed ones can be asked. */
function initialize() {
  const origin = hostOrigin(allowed);
  for (const target of origin ? [origin] : allowed.filter((pattern) => !pattern.includes("*"))) {
    window.parent.postMessage({ type: "initialize" }, target);
  }
}

function setUp(context) {
  const query = readSetup(context);
  if (!query) {
    if (!app) showCard("outside");
    return;
  }
  const address = `${viewUrl}?${query}`;
  if (address === shown && app) return;
  shown = address;
  const companyId = query.get("company_id");
  if (app?.companyId !== companyId) {
    app?.close();
    app = new FrameApp(companyId, { keepsAddress: false });
  }
  app.open(address);
}

const listeners = {
  setup: ({ context }) => setUp(context),
  "sidepanel:app:visible": () => {
    if (isHidden) app?.refresh();
    isHidden = false;
    initialize(); // the record may have changed meanwhile
  },
  "sidepanel:app:hidden": () => {
    isHidden = true;
  },
  "sidepanel:app:destroy": () => {
    app?.close();
    app = null;
  },
};

window.addEventListener("message", (event) => {
  if (event.source !== window.parent || !isAllowedOrigin(event.origin, allowed)) return;
  const { type } = event.data ?? {};
  if (Object.hasOwn(listeners, type)) listeners[type](event.data);
});

startTicking();
if (window.parent === window) {
  showCard("outside");
} else {
  initialize();
  const repeat = setInterval(() => (app ? clearInterval(repeat) : initialize()), REPEAT_MS);
  setTimeout(() => {
    clearInterval(repeat);
    if (!app && shownCard() === null) showCard("outside");
  }, GIVE_UP_MS);
}
