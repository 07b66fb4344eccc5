// Keeps the focus where the reader had it while the content under it is replaced.

const CONTROLS = "a[href], button, input, select, textarea, summary";

/**
 * @typedef {object} Trace
 * @property {string | null} named finds a control with the same name
 * @property {{name: string, text: string, index: number}} alike the how many-th of its kind with these words it is
 * @property {string | null} leading finds a link to the same place
 * @property {string[]} around ids of what it stands in, the nearest first
 * @property {number[] | null} selection in a text field
 */

/**
 * @param {Element} target about to be replaced
 * @returns {Trace | null} null when the focus is elsewhere
 */
export function traceOf(target) {
  const element = document.activeElement;
  if (!element || element === target || !target.contains(element)) return null;
  const isText = element.matches("input[type=search], input[type=text], textarea");
  const name = element.localName;
  const text = wordsOf(element);
  return {
    named: element.id ? `#${CSS.escape(element.id)}` : selectorOf(element, ["aria-label", "name", "aria-controls"]),
    alike: { name, text, index: allAlike(target, name, text).indexOf(element) },
    leading: selectorOf(element, ["href"]),
    around: idsAround(element, target),
    selection: isText ? [element.selectionStart, element.selectionEnd] : null,
  };
}

/**
 * Focuses the successor of what had the focus: the same control, the one that says the same (the address of
 * a head changes with every sorting), the one that leads to the same, what stands now where it stood, or the new content.
 * @param {Element} target just replaced
 * @param {Trace} trace
 */
export function findAgain(target, { named, alike, leading, around, selection }) {
  const successors = [
    named && target.querySelector(named),
    allAlike(target, alike.name, alike.text)[alike.index],
    leading && target.querySelector(leading),
    ...around.map((id) => target.querySelector(`#${CSS.escape(id)}`)?.querySelector(CONTROLS)),
  ];
  if (!successors.some(takesFocus)) {
    target.tabIndex = -1;
    takesFocus(target);
  }
  if (selection) document.activeElement.setSelectionRange?.(...selection);
}

function takesFocus(element) {
  element?.focus({ preventScroll: true });
  return Boolean(element) && element === document.activeElement;
}

const wordsOf = (element) => element.textContent.trim();

function allAlike(target, name, text) {
  return [...target.querySelectorAll(name)].filter((element) => wordsOf(element) === text);
}

function idsAround(element, target) {
  const ids = [];
  for (let at = element.parentElement; at !== target; at = at.parentElement) if (at.id) ids.push(at.id);
  return ids;
}

function selectorOf(element, names) {
  for (const name of names) {
    const value = element.getAttribute(name);
    if (value) return `${element.localName}[${name}="${CSS.escape(value)}"]`;
  }
  return null;
}
