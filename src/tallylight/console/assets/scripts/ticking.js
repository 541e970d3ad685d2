// Clocks that run: <time data-until="…" data-left="{} left" data-over="{} over">, and <time data-since="…" data-ago="{} ago">.
import { duration } from "./words.js";

let skew = 0; // ms the server's clock is ahead of this one

export function serverNow() {
  return Date.now() + skew;
}

export function setServerTime(iso) {
  skew = Date.parse(iso) - Date.now();
}

export function startTicking() {
  const rendered = document.documentElement.dataset.now;
  if (rendered) skew = Math.round((Date.parse(rendered) - Date.now()) / 1000) * 1000;
  tick();
  setInterval(tick, 1000);
}

function tick() {
  if (document.hidden) return;
  const now = serverNow();
  for (const element of document.querySelectorAll("[data-until]")) {
    const left = (Date.parse(element.dataset.until) - now) / 1000;
    put(element, left >= 0 ? element.dataset.left : element.dataset.over, Math.abs(left));
  }
  for (const element of document.querySelectorAll("[data-since]")) {
    put(element, element.dataset.ago, (now - Date.parse(element.dataset.since)) / 1000);
  }
}

function put(element, sentence, seconds) {
  const text = sentence.replace("{}", duration(seconds, element.closest("[lang]").lang));
  if (element.textContent !== text) element.textContent = text;
}
