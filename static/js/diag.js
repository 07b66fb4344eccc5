// Prints what the browser lets a frame do: where it is framed, which storage works, whether a window may open.

const facts = document.getElementById("facts");

function say(name, value) {
  const term = document.createElement("dt");
  const detail = document.createElement("dd");
  term.textContent = name;
  detail.textContent = String(value);
  facts.append(term, detail);
}

function attempt(probe) {
  try {
    return probe();
  } catch (error) {
    return `refused (${error.name})`;
  }
}

function remembers(storage) {
  storage.setItem("diag", "1");
  const works = storage.getItem("diag") === "1";
  storage.removeItem("diag");
  return works ? "works" : "does not keep anything";
}

say("Framed", window.parent === window ? "no" : "yes");
say("Ancestor origins", attempt(() => [...(location.ancestorOrigins ?? [])].join(", ")) || "not told by this browser");
say("Referrer", document.referrer || "none");
say("sessionStorage", attempt(() => remembers(sessionStorage)));
say("localStorage", attempt(() => remembers(localStorage)));
say("Cookies", navigator.cookieEnabled ? "enabled" : "blocked");
say("Secure context", window.isSecureContext ? "yes" : "no");
say("Cryptography", globalThis.crypto?.subtle ? "available" : "missing");
document.hasStorageAccess?.().then(
  (has) => say("Storage access", has ? "granted" : "partitioned"),
  (error) => say("Storage access", `refused (${error.name})`),
);

document.getElementById("open-window").addEventListener("click", () => {
  const opened = attempt(() => window.open("about:blank", "_blank", "popup,width=320,height=240"));
  say("Window", typeof opened === "string" ? opened : opened ? "opened" : "blocked");
  if (opened && typeof opened !== "string") opened.close();
});
