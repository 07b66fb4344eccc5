// Pages in a tab of their own: install, settings, privacy.
import { startControllers } from "./lib/controllers.js";
import { startTicking, writeTimes } from "./lib/times.js";
import { keepTyped } from "./lib/typed.js";
import { sayWaiting } from "./lib/wait.js";

startControllers(document);
writeTimes(document);
startTicking();
keepTyped();
sayWaiting();
