// Says that a form is on its way, and for how long, while the server reads somebody's system or file. A second press of such a
// button sends nothing; any other one goes on its way instead.

/** Call it once on every page of a tab of its own: what is pressed has the words in data-waiting, data-waits is where they go. */
export function sayWaiting() {
  for (const line of document.querySelectorAll("form [data-waits]")) say(line.closest("form"), line);
}

/** @param {HTMLFormElement} form @param {HTMLElement} line a live region */
function say(form, line) {
  let ticking = 0;
  form.addEventListener("submit", (event) => {
    const words = event.submitter?.dataset.waiting;
    if (!words) return;
    if (ticking) return event.preventDefault();
    const began = Date.now();
    const [said, seconds] = [document.createElement("span"), document.createElement("span")];
    said.textContent = words;
    seconds.setAttribute("aria-hidden", "true"); // said once, and not each second
    line.replaceChildren(said, " ", seconds);
    form.setAttribute("aria-busy", "true");
    ticking = setInterval(() => (seconds.textContent = `${Math.round((Date.now() - began) / 1000)} s`), 1000);
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    clearInterval(ticking); // somebody went back to the page as they had left it
    ticking = 0;
    line.replaceChildren();
    form.removeAttribute("aria-busy");
  });
}
