// Reads {port, addresses} from standard input: a browser that listens there, and pages to open in it. Writes, as JSON, the score
// of each category and what failed, by address.
import { text } from "node:stream/consumers";
import lighthouse from "lighthouse";

const { port, addresses } = JSON.parse(await text(process.stdin));
const options = { port, output: "json", logLevel: "error", onlyCategories: ["accessibility", "best-practices"] };
const settings = {
  throttlingMethod: "provided",
  formFactor: "desktop",
  screenEmulation: { disabled: true },
  disableFullPageScreenshot: true,
  disableStorageReset: true, // who is signed in stays so
  pauseAfterFcpMs: 0, // nothing is timed here
  pauseAfterLoadMs: 0,
  networkQuietThresholdMs: 0,
  cpuQuietThresholdMs: 0,
};
const config = { extends: "lighthouse:default", settings };

const found = {};
for (const address of addresses) {
  const { lhr } = await lighthouse(address, options, config);
  found[address] = {
    scores: Object.fromEntries(Object.values(lhr.categories).map(({ id, score }) => [id, score])),
    failed: Object.values(lhr.audits).filter(({ score }) => score !== null && score < 1).map(({ id }) => id),
  };
}
console.log(JSON.stringify(found));
