// Opens and closes detail rows in place. The button names its row by aria-controls. What is still to be read has a data-src;
// opening the row asks the frame to fetch it, which takes the data-src away once the answer is there.

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
    const target = row.querySelector("[data-src]");
    if (isOpen || !target) return;
    const { src: url } = target.dataset;
    table.dispatchEvent(new CustomEvent("fragment:load", { bubbles: true, detail: { url, target } }));
  });
}
