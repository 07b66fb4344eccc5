// Opens and closes detail rows in place. The button names its row by aria-controls. A row whose [data-fragment-target] has a
// data-src and is still to be read asks the frame to fetch it on first opening.

/** @param {HTMLTableElement} table */
export function rows(table) {
  table.addEventListener("click", (event) => {
    const button = event.target.closest("button[aria-expanded][aria-controls]");
    const row = button && document.getElementById(button.getAttribute("aria-controls"));
    if (!row) return;
    event.preventDefault();
    const isOpen = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!isOpen));
    button.closest("tr").classList.toggle("is-open", !isOpen);
    row.hidden = isOpen;
    const target = row.querySelector("[data-fragment-target][data-src]");
    if (isOpen || !target) return;
    const url = target.dataset.src;
    delete target.dataset.src;
    table.dispatchEvent(new CustomEvent("fragment:load", { bubbles: true, detail: { url, target } }));
  });
}
