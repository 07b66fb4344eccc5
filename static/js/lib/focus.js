// Keeps the focus where the reader had it while the content under it is replaced.

/**
 * @param {Element} target about to be replaced
 * @returns {{selector: string | null, selection: number[] | null} | null} null when the focus is elsewhere
 */
export function traceOf(target) {
  const element = document.activeElement;
  if (!element || element === target || !target.contains(element)) return null;
  const isText = element.matches("input[type=search], input[type=text], textarea");
  return {
    selector: selectorOf(element),
    selection: isText ? [element.selectionStart, element.selectionEnd] : null,
  };
}

function selectorOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  for (const name of ["aria-label", "href", "name", "aria-controls"]) {
    const value = element.getAttribute(name);
    if (value) return `${element.localName}[${name}="${CSS.escape(value)}"]`;
  }
  return null;
}

/**
 * Focuses the successor of what had the focus, or the new content itself.
 * @param {Element} target just replaced
 * @param {NonNullable<ReturnType<typeof traceOf>>} trace
 */
export function findAgain(target, { selector, selection }) {
  const successor = (selector && target.querySelector(selector)) || target.querySelector("[data-focus]");
  const element = successor ?? target;
  if (!successor) target.tabIndex = -1;
  element.focus({ preventScroll: true });
  if (selection && "setSelectionRange" in element) element.setSelectionRange(...selection);
}
