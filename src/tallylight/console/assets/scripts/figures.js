// Live numbers, put in place without moving anything: [data-figure="nodes.sin-1.latency_ms"] with data-form and, for bars, data-full.
import { written } from "./words.js";

export function startFigures() {
  document.body.addEventListener("tally:figures", (event) => {
    for (const element of document.querySelectorAll("[data-figure]")) show(element, valueAt(event.detail, element.dataset.figure));
  });
}

function valueAt(figures, path) {
  const [kind, name, field] = path.split("/");
  return figures[kind]?.[name]?.[field];
}

function show(element, value) {
  if (value === undefined) return;
  if (element.dataset.full) {
    element.setAttribute("width", String(Math.min(100, Math.max(0, (100 * (value ?? 0)) / Number(element.dataset.full)))));
    return;
  }
  const text = written(value, element.dataset.form);
  if (element.textContent === text) return;
  element.textContent = text;
  element.toggleAttribute("data-unknown", value === null);
}
