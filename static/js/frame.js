// The full-screen frame. Which company and project it is about comes by its address, as a claim.
import { showCard } from "./lib/cards.js";
import { FrameApp } from "./lib/frame-app.js";
import { parseId } from "./lib/ids.js";
import { startTicking } from "./lib/times.js";

const { viewUrl, context } = document.body.dataset;
const query = new URLSearchParams(location.search);

startTicking();
if (context.split(" ").every((name) => parseId(query.get(name)) !== null)) {
  new FrameApp(query.get("company_id"), { keepsAddress: true }).open(`${viewUrl}?${query}`);
} else {
  showCard("outside");
}
