// The frame's side of the handshake with its popup. A message counts only if it comes from our own origin and from the very
// window that was opened; anything else is ignored.

const VERSION = 1;

/**
 * @param {Window} popup
 * @param {object} answers
 * @param {() => Promise<object>} answers.challenge what to add to the answer to "hello"
 * @param {(rid: string) => void} answers.started the sign-in has its id; called before the popup is let go
 * @param {(error: object) => void} answers.failed the server refused to begin
 * @param {AbortSignal} signal ends it
 */
export function shakeHands(popup, { challenge, started, failed }, signal) {
  const say = (message) => popup.postMessage({ v: VERSION, ...message }, location.origin);
  const listen = async (event) => {
    if (event.origin !== location.origin || event.source !== popup || event.data?.v !== VERSION) return;
    const { type, nonce, rid, error } = event.data;
    if (type === "hello" && typeof nonce === "string") {
      say({ type: "challenge", nonce, ...(await challenge()) });
    } else if (type === "started" && typeof rid === "string") {
      started(rid);
      say({ type: "go", rid });
    } else if (type === "failed") {
      failed(error ?? {});
    }
  };
  window.addEventListener("message", listen, { signal });
}
