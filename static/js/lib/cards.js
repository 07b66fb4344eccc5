// The cards and notices that wait in the templates of the shell, so that they show without a request.
import { startControllers } from "./controllers.js";
import { announce } from "./status.js";

const view = () => document.getElementById("view");
const notice = () => document.getElementById("notice");

function copyOf(id) {
  return document.importNode(document.getElementById(id).content, true);
}

/**
 * Shows a card in place of everything else.
 * @param {string} name of a template "card-…"
 * @param {Record<string, string | undefined>} [slots] texts for [data-slot]; a slot without a text keeps its own
 */
export function showCard(name, slots = {}) {
  const card = copyOf(`card-${name}`);
  for (const [slot, text] of Object.entries(slots)) {
    const element = card.querySelector(`[data-slot="${slot}"]`);
    if (element && text) element.textContent = text;
  }
  for (const element of card.querySelectorAll("[data-slot-for]")) {
    element.hidden = !slots[element.dataset.slotFor];
  }
  for (const link of card.querySelectorAll('[data-slot-href="here"]')) link.href = location.href;
  const heading = card.querySelector("h1, h2").textContent;
  const hadFocus = view().contains(document.activeElement);
  hideNotice();
  view().replaceChildren(card);
  view().removeAttribute("aria-busy");
  startControllers(view());
  if (hadFocus) view().querySelector("[data-action]")?.focus();
  announce(heading);
}

/** @returns {string | null} the name of the card that is showing */
export function shownCard() {
  return view().querySelector("[data-card]")?.dataset.card ?? null;
}

/** @param {string} slot @param {string} text */
export function fillSlot(slot, text) {
  const element = view().querySelector(`[data-slot="${slot}"]`);
  if (element && element.textContent !== text) element.textContent = text;
}

/** Shows a banner above the content, which stays. @param {string} name of a template "notice-…" */
export function showNotice(name) {
  notice().replaceChildren(copyOf(`notice-${name}`));
  notice().hidden = false;
}

export function hideNotice() {
  notice().replaceChildren();
  notice().hidden = true;
}
