// The popup that a frame opens to sign in. It goes on to the login only after a frame of our own origin, the one that opened
// it, has agreed; without one it never leaves this page. It lets go of that frame before it goes.
import { Offline, post } from "./lib/auth-api.js";
import { randomText } from "./lib/proof.js";

const VERSION = 1;
const SILENCE_MS = 20_000;

const { opener } = window;
const nonce = randomText(128);
/** @type {string | null} where the login is; known once the server has begun */
let authorizeUrl = null;
let rid = null;
let hasBegun = false;

/** @param {"alone" | "failed"} name of a text on the page */
function show(name, reference = "") {
  for (const element of document.querySelectorAll("[data-state]")) element.hidden = element.dataset.state !== name;
  for (const element of document.querySelectorAll("[data-slot=reference]")) element.textContent = reference;
}

const say = (message) => opener.postMessage({ v: VERSION, ...message }, location.origin);

async function begin({ challenge, company_id }) {
  hasBegun = true;
  try {
    const { status, body } = await post("begin", { challenge, company_id });
    if (status !== 200) {
      say({ type: "failed", error: body.error });
      show("failed", body.error?.reference);
      return;
    }
    ({ rid, authorize_url: authorizeUrl } = body);
    say({ type: "started", rid });
  } catch (error) {
    if (!(error instanceof Offline)) throw error;
    say({ type: "failed", error: {} });
    show("failed");
  }
}

function go() {
  clearTimeout(silence);
  window.opener = null;
  location.replace(authorizeUrl);
}

window.addEventListener("message", (event) => {
  if (event.origin !== location.origin || event.source !== opener || event.data?.v !== VERSION) return;
  const { type } = event.data;
  if (type === "challenge" && event.data.nonce === nonce && !hasBegun) begin(event.data);
  else if (type === "go" && rid !== null && event.data.rid === rid) go();
});

const silence = setTimeout(() => show("alone"), SILENCE_MS);
if (opener && opener !== window) say({ type: "hello", nonce });
else show("alone");
