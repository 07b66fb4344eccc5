// Reads the context that a host page gives to the side panel (docs/platform-reference.md, section 3.4).
import { parseId } from "./ids.js";

const VIEW = /^[a-z_]+(\.[a-z_]+)*$/;

/**
 * @param {any} context {company_id, project_id, view, id}; ids may be numbers or texts, and `id` is missing on lists
 * @returns {URLSearchParams | null} company_id, project_id, view, record_id as the view expects them; null when it is no
 *   such context
 */
export function readSetup(context) {
  const companyId = parseId(context?.company_id);
  const projectId = parseId(context?.project_id);
  const view = typeof context?.view === "string" && VIEW.test(context.view) ? context.view : null;
  if (!companyId || !projectId || !view) return null;
  const query = new URLSearchParams({ company_id: companyId, project_id: projectId, view });
  const recordId = parseId(context.id);
  if (recordId) query.set("record_id", recordId);
  return query;
}
