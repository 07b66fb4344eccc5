// Starts one controller for each name in a data-controller attribute. Pages in a tab of their own are complete without
// script; controllers only shorten the way.
import { copy } from "../controllers/copy.js";
import { menu } from "../controllers/menu.js";
import { rows } from "../controllers/rows.js";
import { theme } from "../controllers/theme.js";

const controllers = { copy, menu, rows, theme };

/** @param {ParentNode} root what was just put into the page */
export function startControllers(root) {
  for (const element of root.querySelectorAll("[data-controller]")) {
    for (const name of element.dataset.controller.split(/\s+/)) controllers[name]?.(element);
  }
}
