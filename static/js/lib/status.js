// The one polite live region of a frame.

/** @param {string} text said to screen readers; an empty one is not said */
export function announce(text) {
  const region = document.getElementById("status");
  region.textContent = "";
  if (text) requestAnimationFrame(() => (region.textContent = text)); // an unchanged text would not be said again
}
