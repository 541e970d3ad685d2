// The live connection: one event stream a page. Says in words when it is lost and since when; it comes back by itself.
import htmx from "htmx.org";
import { setServerTime } from "./ticking.js";

const SILENT_MS = 5000; // the server speaks every second
const AGAIN_MS = 3000;

export function startConnection() {
  const address = document.body.dataset.live;
  const sign = document.querySelector(".connection");
  if (!address || !sign) return;
  const heard = { at: Date.now() };
  listen(address, heard, sign);
  setInterval(() => Date.now() - heard.at > SILENT_MS && show(sign, "lost", heard.at), 1000);
}

let followed = false;

// The same for a page that shows nothing live by itself: whoever is concerned hears of what happens.
export function follow(address) {
  if (followed) return;
  followed = true;
  listen(address, { at: Date.now() }, null);
}

function listen(address, heard, sign) {
  const stream = new EventSource(address);
  stream.addEventListener("open", () => {
    refresh(["all"]);
    tell("tally:open");
  });
  stream.addEventListener("changed", (event) => {
    const parts = JSON.parse(event.data).parts;
    refresh(parts);
    tell("tally:changed", parts);
  });
  stream.addEventListener("marks", (event) => tell("tally:marks", JSON.parse(event.data)));
  stream.addEventListener("figures", (event) => {
    heard.at = Date.now();
    show(sign, "open", heard.at);
    const figures = JSON.parse(event.data);
    setServerTime(figures.at);
    tell("tally:figures", figures);
  });
  stream.addEventListener("error", () => {
    if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    show(sign, "lost", heard.at);
    setTimeout(() => listen(address, heard, sign), AGAIN_MS * (1 + Math.random()));
  });
}

function tell(name, detail) {
  document.body.dispatchEvent(new CustomEvent(name, { detail }));
}

function show(sign, state, heardAt) {
  if (!sign || sign.dataset.state === state) return;
  sign.dataset.state = state;
  for (const words of sign.querySelectorAll("[data-when]")) words.hidden = words.dataset.when !== state;
  const time = new Date(heardAt).toLocaleTimeString(document.documentElement.lang, { hour12: false });
  if (state === "lost") sign.querySelector("[data-lost-at]").textContent = time;
}

// Parts of the page that say data-part="incidents" fetch themselves again.
function refresh(parts) {
  for (const element of document.querySelectorAll("[data-part]")) {
    const own = element.dataset.part.split(" ");
    if (parts.includes("all") || own.some((part) => parts.includes(part))) htmx.trigger(element, "tally:refresh");
  }
}
