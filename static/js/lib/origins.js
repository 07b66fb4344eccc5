// Which origins may speak to the side panel.

/**
 * @param {string} origin as the browser states it, for example "https://us02.procore.com"
 * @param {string[]} allowed origins; "https://*.procore.com" stands for every host below procore.com, not for itself
 * @returns {boolean}
 */
export function isAllowedOrigin(origin, allowed) {
  return allowed.some((pattern) => {
    const [scheme, host] = pattern.split("://*");
    if (host === undefined) return origin === pattern;
    const rest = origin.slice(scheme.length + 3);
    return origin.startsWith(`${scheme}://`) && rest.endsWith(host) && rest.length > host.length && !/[/@]/.test(rest);
  });
}

/**
 * The origin of the page around this one, if it is allowed; null when the browser does not tell.
 * @param {string[]} allowed
 * @returns {string | null}
 */
export function hostOrigin(allowed) {
  const stated = [location.ancestorOrigins?.[0], document.referrer].filter(Boolean);
  for (const address of stated) {
    const { origin } = new URL(address);
    if (isAllowedOrigin(origin, allowed)) return origin;
  }
  return null;
}
