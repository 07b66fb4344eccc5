// Keeps what was typed into a long form while the form is on its way: the sign-in may have ended meanwhile. It stays in this tab,
// without passwords and files, and goes as soon as anything else than "sign in" is answered.
import { recall, remember } from "./store.js";

const KEY = "typed";
const NOT_KEPT = ["password", "file", "submit", "button"];

/**
 * @typedef {{address: string, fields: [string, string, boolean][], isWaiting?: boolean}} Typed
 * address is where the form is shown anew; isWaiting: for somebody to sign in
 */

/** Call it once on every page of a tab of its own. */
export function keepTyped() {
  const kept = /** @type {Typed | null} */ (recall(KEY));
  const form = document.querySelector("form[data-keep]");
  const signIn = document.querySelector("a[data-signs-in]");
  if (form) {
    if (kept?.isWaiting && kept.address === form.dataset.keep) restore(form, kept.fields);
    remember(KEY, null);
    form.addEventListener("submit", () => remember(KEY, { address: form.dataset.keep, fields: typedIn(form) }));
  } else if (signIn && kept) {
    remember(KEY, { ...kept, isWaiting: true });
    const company = new URL(kept.address, location.origin).searchParams.get("company_id");
    signIn.search = new URLSearchParams({ next: kept.address, company_id: company });
    show();
  } else if (kept && !kept.isWaiting) {
    remember(KEY, null);
  }
}

const show = () => document.querySelectorAll("[data-kept]").forEach((each) => (each.hidden = false));

/** @param {HTMLFormElement} form @returns {HTMLInputElement[]} what a person fills in, and the version that they saw */
function controlsOf(form) {
  return [...form.elements].filter(({ name, type }) => (type === "hidden" ? name === "version" : name && !NOT_KEPT.includes(type)));
}

const typedIn = (form) => controlsOf(form).map(({ name, value, checked }) => [name, value, checked ?? false]);

function restore(form, fields) {
  const free = controlsOf(form);
  for (const [name, value, checked] of fields) {
    const isChoice = (each) => each.type === "checkbox" || each.type === "radio";
    const at = free.findIndex((each) => each.name === name && (!isChoice(each) || each.value === value));
    if (at < 0) continue;
    const [control] = free.splice(at, 1);
    if (isChoice(control)) control.checked = checked;
    else if (!control.options || [...control.options].some((option) => option.value === value)) control.value = value;
  }
  show();
}
