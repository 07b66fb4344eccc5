// The dock and the 400 px side panel: the host's half of the platform's messages
// (docs/platform-reference.md, section 3.4).

const panel = document.getElementById("side-panel");
const holder = document.getElementById("side-panel-frame");
const dockButton = document.getElementById("dock-button");
const onMove = document.getElementById("on-move");
const appOrigin = new URL(panel.dataset.address).origin;

let frame = null;

const asId = (text) => (panel.dataset.idType === "number" ? Number(text) : text);

function context() {
  const { view, recordId } = document.getElementById("main").dataset;
  const known = {
    company_id: asId(panel.dataset.companyId),
    project_id: asId(panel.dataset.projectId),
    view,
  };
  if (recordId) {
    return { ...known, id: asId(recordId) };
  }
  return panel.dataset.idOnLists === "empty" ? { ...known, id: "" } : known;
}

function send(message) {
  frame?.contentWindow?.postMessage(message, appOrigin);
}

function sendSetup() {
  send({ type: "setup", context: context() });
}

function show() {
  const isNew = frame === null;
  if (isNew) {
    frame = document.createElement("iframe");
    frame.name = "side-panel-app";
    frame.title = panel.dataset.title;
    for (const name of ["sandbox", "allow"]) {
      if (panel.dataset[name]) {
        frame.setAttribute(name, panel.dataset[name]);
      }
    }
    frame.src = panel.dataset.address;
    holder.append(frame);
  }
  panel.hidden = false;
  dockButton.setAttribute("aria-expanded", "true");
  if (!isNew) {
    send({ type: "sidepanel:app:visible" });
  }
}

function hide() {
  panel.hidden = true;
  dockButton.setAttribute("aria-expanded", "false");
  send({ type: "sidepanel:app:hidden" });
}

function destroy() {
  hide();
  send({ type: "sidepanel:app:destroy" });
  const leaving = frame;
  frame = null;
  // The frame goes one turn later, so that it still gets the message.
  setTimeout(() => leaving?.remove(), 100);
}

async function openRecord(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) {
    location.assign(address);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.getElementById("main").replaceWith(page.getElementById("main"));
  document.title = page.title;
  if (onMove.value === "setup") {
    sendSetup();
  } else if (onMove.value === "visible") {
    send({ type: "sidepanel:app:visible" });
  }
}

addEventListener("message", (event) => {
  const isApp = frame !== null && event.source === frame.contentWindow && event.origin === appOrigin;
  if (!isApp || event.data?.type !== "initialize") {
    return;
  }
  sendSetup();
});

dockButton.addEventListener("click", () => (panel.hidden ? show() : hide()));
document.getElementById("side-panel-close").addEventListener("click", destroy);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-record]");
  if (link === null || event.metaKey || event.ctrlKey || event.shiftKey) {
    return;
  }
  event.preventDefault();
  history.pushState(null, "", link.href);
  openRecord(link.href);
});

addEventListener("popstate", () => openRecord(location.href));

// A press before this script is there would be lost, so the page comes with the button disabled.
dockButton.disabled = false;
