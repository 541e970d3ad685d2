// The live connection: one event stream a page. Says in words when it is lost and since when; the browser reconnects by itself.
import htmx from "htmx.org";
import { setServerTime } from "./ticking.js";

const SILENT_MS = 5000; // the server speaks every second

export function startConnection() {
  const address = document.body.dataset.live;
  const sign = document.querySelector(".connection");
  if (!address || !sign) return;
  let heard = Date.now();
  let state = "";

  const show = (next) => {
    if (next === state) return;
    state = next;
    sign.dataset.state = next;
    for (const words of sign.querySelectorAll("[data-when]")) words.hidden = words.dataset.when !== next;
    const since = sign.querySelector("[data-lost-at]");
    if (next === "lost") since.textContent = new Date(heard).toLocaleTimeString(document.documentElement.lang, { hour12: false });
  };

  const listen = () => {
    const stream = new EventSource(address);
    stream.addEventListener("open", () => refresh(["all"]));
    stream.addEventListener("figures", (event) => {
      heard = Date.now();
      show("open");
      const figures = JSON.parse(event.data);
      setServerTime(figures.at);
      document.body.dispatchEvent(new CustomEvent("tally:figures", { detail: figures }));
    });
    stream.addEventListener("changed", (event) => refresh(JSON.parse(event.data).parts));
    stream.addEventListener("error", () => {
      show("lost");
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 2000 + Math.random() * 3000);
    });
    return stream;
  };

  let stream = listen();
  setInterval(() => {
    if (Date.now() - heard <= SILENT_MS) return;
    show("lost");
    if (stream.readyState === EventSource.OPEN) {
      stream.close();
      stream = listen();
      heard += SILENT_MS;
    }
  }, 1000);
}

// Parts of the page that say data-part="incidents" fetch themselves again.
function refresh(parts) {
  const all = parts.includes("all");
  for (const element of document.querySelectorAll("[data-part]")) {
    if (all || element.dataset.part.split(" ").some((part) => parts.includes(part))) htmx.trigger(element, "tally:refresh");
  }
}
