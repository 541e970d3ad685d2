// Everything a page can do beyond links and forms. Every page works without this file; with it, it is quicker.
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";
import { startChat } from "./chat/portal.js";
import { startReply } from "./chat/reply.js";
import { startConnection } from "./connection.js";
import { startFigures } from "./figures.js";
import { startKeyboard } from "./keyboard.js";
import { startMenus } from "./menus.js";
import { startTicking } from "./ticking.js";

window.htmx = htmx;

// A page that fetches itself again changes only what differs: what is open stays open, what is being written ([data-keep]) stays.
const gently = {
  morphStyle: "outerHTML",
  ignoreActiveValue: true,
  callbacks: {
    beforeNodeMorphed: (old) => old.dataset?.keep === undefined,
    beforeAttributeUpdated: (name, node) => !(name === "open" && node.tagName === "DETAILS"),
  },
};

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap: (style, target, fragment) => style === "morph" && Idiomorph.morph(target, fragment.children, gently),
});

startMenus();
startTicking();
startKeyboard();
startFigures();
startChat();
startReply();
startConnection();
