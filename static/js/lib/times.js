// Writes <time data-time> in the reader's own zone, and lets ages tick. The server writes UTC, as web/formatting.py does.

const DAY = new Intl.DateTimeFormat("en-US", { year: "numeric", month: "short", day: "numeric" });
const CLOCK = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit" });

/** @param {number} seconds @returns {string} the same words as the filter `age` */
export function writeAge(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [minutes, hours, days] = [60, 3600, 86400].map((unit) => Math.floor(whole / unit));
  if (days) return `${days} ${days === 1 ? "day" : "days"} ago`;
  if (hours) return `${hours} h ${minutes % 60} min ago`;
  return minutes ? `${minutes} min ago` : `${whole} s ago`;
}

const writers = {
  age: (moment) => writeAge((Date.now() - moment) / 1000),
  clock: (moment) => plain(CLOCK.format(moment)),
  moment: (moment) => `${DAY.format(moment)}, ${plain(CLOCK.format(moment))}`,
};

/** @param {string} text @returns {string} without the narrow space that some browsers put before AM */
const plain = (text) => text.replace(/\s/gu, " ");

/** @param {ParentNode} root what was just put into the page */
export function writeTimes(root) {
  for (const element of root.querySelectorAll("time[data-time]")) {
    const moment = new Date(element.dateTime);
    const text = writers[element.dataset.time](moment);
    if (element.textContent !== text) element.textContent = text;
    if (element.dataset.time !== "age") element.title ||= writers.moment(moment);
  }
}

/** Lets the ages of the whole page tick, once a second while somebody looks. */
export function startTicking() {
  setInterval(() => {
    if (!document.hidden) writeTimes(document);
  }, 1000);
}
