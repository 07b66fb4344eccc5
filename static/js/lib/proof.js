// The verifier that stays in the frame and the challenge that travels: whoever redeems a sign-in has to know the verifier
// whose SHA-256 the sign-in was begun with (the S256 method of RFC 7636, section 4).

/** @param {Uint8Array} bytes @returns {string} base64url without padding */
function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {number} bits @returns {string} so many random bits, in base64url */
export function randomText(bits) {
  return base64url(crypto.getRandomValues(new Uint8Array(bits / 8)));
}

/** @param {string} verifier @returns {Promise<string>} base64url of the SHA-256 of its ASCII characters */
export async function challengeOf(verifier) {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}
