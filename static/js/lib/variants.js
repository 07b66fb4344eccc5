// Which card tells a refusal of the server.

const CARDS = {
  declined: "cancelled",
  access_denied: "cancelled",
  cancelled: "cancelled",
  no_access: "no-access",
  not_a_member: "no-access",
  permission_missing: "no-access",
  company_mismatch: "no-access",
  not_installed: "not-installed",
  app_not_connected: "not-installed",
  expired: "expired",
  session_expired: "expired",
  state_mismatch: "expired",
};

/** @param {string | undefined} code of an error answer @returns {string} the name of a card in frames/_cards.html */
export const cardFor = (code) => CARDS[code] ?? "error";
