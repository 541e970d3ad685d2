// Everything a page can do beyond links and forms. Every page works without this file; with it, it is quicker.
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";
import { startConnection } from "./connection.js";
import { startFigures } from "./figures.js";
import { startKeyboard } from "./keyboard.js";
import { startTicking } from "./ticking.js";
import { startMenus } from "./menus.js";

window.htmx = htmx;
htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap: (style, target, fragment) =>
    style === "morph" && Idiomorph.morph(target, fragment.children, { morphStyle: "outerHTML", ignoreActiveValue: true }),
});

startMenus();
startTicking();
startKeyboard();
startFigures();
startConnection();
