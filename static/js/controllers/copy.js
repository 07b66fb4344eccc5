// Copies data-copy to the clipboard, followed by data-copy-address as a full address, and says so on the button.

/** @param {HTMLButtonElement} button */
export function copy(button) {
  button.addEventListener("click", async () => {
    const address = button.dataset.copyAddress ? new URL(button.dataset.copyAddress, location.origin).href : "";
    const text = [button.dataset.copy, address].filter(Boolean).join(" ");
    button.textContent = (await write(text)) ? "Copied" : text; // refused inside this frame: shown, to be copied by hand
  });
}

/** @param {string} text */
async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
