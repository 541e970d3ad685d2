// The history charts of a node: #chart-data holds columns, bands and the span; [data-chart] elements are where they go.
import uPlot from "uplot";
import { number, written } from "./words.js";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const language = document.documentElement.lang;
const sync = uPlot.sync("history");

const AGAIN_MS = 15_000;
const LEAST = { ms: 10, percent: 0.02, integer: 5 }; // a quiet chart does not make a mountain of nothing
const plots = new Map();
let data = read(document);

if (data) requestAnimationFrame(() => setTimeout(begin)); // after the first paint

function begin() {
  for (const place of document.querySelectorAll("[data-chart]")) plots.set(place.dataset.chart, draw(place, data.charts[place.dataset.chart]));
  setInterval(follow, AGAIN_MS);
}

function read(page) {
  const source = page.getElementById("chart-data");
  return source && JSON.parse(source.textContent);
}

// Time goes on: the page is asked again and the charts move with it.
async function follow() {
  if (document.hidden) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const fresh = read(new DOMParser().parseFromString(await answer.text(), "text/html"));
  if (!fresh) return;
  data = fresh;
  for (const [metric, plot] of plots) plot.setData(columns(data.charts[metric]));
}

function columns(chart) {
  return [chart.at, ...chart.lines.map((line) => line.values)];
}

function draw(place, chart) {
  const span = data.end - data.start;
  const options = {
    width: place.clientWidth,
    height: place.clientHeight - 28,
    cursor: { sync: { key: sync.key }, y: false, points: { size: 6 } },
    scales: { x: { time: true, range: () => [data.start, data.end] }, y: { range: (_, low, high) => [0, Math.max(high * 1.1, LEAST[chart.form])] } },
    axes: [axis({ size: 28, values: (_, ticks) => ticks.map(clock(span)) }), axis({ size: 52, values: (_, ticks) => ticks.map((tick) => tickText(tick, chart.form)) })],
    series: [{ value: (_, at) => (at === null ? "–" : clock(span, true)(at)), label: data.time }, ...chart.lines.map((line, place_) => series(line, place_, chart))],
    hooks: { drawClear: [(plot) => shade(plot, data.bands)] },
  };
  const plot = new uPlot(options, columns(chart), place);
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: place.clientHeight - 28 })).observe(place);
  return plot;
}

function series(line, place, chart) {
  return {
    label: line.name,
    stroke: colour(`--series-${place + 1}`),
    width: 1.5,
    dash: [[], [6, 3], [2, 3]][place % 3], // told apart without colour too
    points: { show: false },
    spanGaps: false,
    value: (_, value) => (value === null ? "–" : written(value, chart.form) + (chart.form === "ms" ? " ms" : "")),
  };
}

function axis(more) {
  return {
    stroke: colour("--muted"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
    ...more,
  };
}

function shade(plot, bands) {
  const { left, top, width, height } = plot.bbox;
  plot.ctx.save();
  plot.ctx.fillStyle = colour("--bad-ground");
  for (const band of bands) {
    const from = Math.max(left, plot.valToPos(band.from, "x", true));
    const to = Math.min(left + width, plot.valToPos(band.to, "x", true));
    if (to >= left && from <= left + width) plot.ctx.fillRect(from, top, Math.max(2, to - from), height);
  }
  plot.ctx.restore();
}

function clock(span, exact = false) {
  const zone = document.documentElement.dataset.zone || undefined;
  const parts = span > 86_400 ? { month: "numeric", day: "numeric", ...(exact && { hour: "2-digit", minute: "2-digit" }) } : { hour: "2-digit", minute: "2-digit", ...(exact && { second: "2-digit" }) };
  const format = new Intl.DateTimeFormat(language, { ...parts, hourCycle: "h23", timeZone: zone });
  return (at) => format.format(at * 1000);
}

function tickText(value, form) {
  return form === "percent" ? number(value, { style: "percent", maximumFractionDigits: 1 }) : number(value, { maximumFractionDigits: 1 });
}
