// Opens and closes detail rows in place. The button names its row by aria-controls. What is still to be read has a data-src;
// opening the row asks the frame to fetch it, which takes the data-src away once the answer is there.

/**
 * @typedef {object} OpenRow
 * @property {string} id of the detail row
 * @property {ChildNode[]} content
 */

/** @param {ParentNode} root @returns {OpenRow[]} */
export function openRows(root) {
  const open = root.querySelectorAll('[data-controller~="rows"] button[aria-expanded="true"][aria-controls]');
  return [...open].map((button) => {
    const id = button.getAttribute("aria-controls");
    return { id, content: [...(detailIn(id)?.childNodes ?? [])] };
  });
}

/**
 * Opens them again in new content. The old detail stands there until the new one is read.
 * @param {ParentNode} root @param {OpenRow[]} open
 */
export function openAgain(root, open) {
  for (const { id, content } of open) {
    const button = root.querySelector(`button[aria-expanded="false"][aria-controls="${CSS.escape(id)}"]`);
    if (!button) continue;
    detailIn(id)?.replaceChildren(...content);
    button.click();
  }
}

const detailIn = (id) => document.getElementById(id)?.querySelector("td > *");

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
