// Reads {name: html} from standard input and writes what breaks the HTML standard, a line each.
import { text } from "node:stream/consumers";
import { HtmlValidate, StaticConfigLoader } from "html-validate";

const config = { root: true, extends: ["html-validate:standard"] };
const validator = new HtmlValidate(new StaticConfigLoader(config));

for (const [name, html] of Object.entries(JSON.parse(await text(process.stdin)))) {
  const { results } = await validator.validateString(html);
  for (const { line, ruleId, message, selector } of results.flatMap((result) => result.messages)) {
    console.log(`${name}, line ${line}: ${message} (${ruleId}) at ${selector}`);
  }
}
