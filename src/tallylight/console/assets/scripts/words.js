// Numbers and durations in the reader's language, in the same CLDR forms as the server writes them.
export const language = document.documentElement.lang || "en";
const numbers = new Map();

export function number(value, options = {}, into = language) {
  const key = into + JSON.stringify(options);
  if (!numbers.has(key)) numbers.set(key, new Intl.NumberFormat(into, options));
  return numbers.get(key).format(value);
}

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

// The two largest units of a length in seconds: "1 hr 5 min", "1小时5分钟".
export function duration(seconds, into = language) {
  let rest = Math.max(0, Math.floor(seconds));
  const first = UNITS.findIndex(([, size]) => rest >= size);
  if (first < 0) return unit(0, "second", into);
  const parts = [];
  for (const [name, size] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) parts.push(unit(count, name, into));
  }
  return parts.join(into.startsWith("zh") ? "" : " ");
}

function unit(count, name, into) {
  return number(count, { style: "unit", unit: name, unitDisplay: "short" }, into);
}

const FORMS = {
  integer: (value) => number(value, { maximumFractionDigits: 0 }),
  ms: (value) => number(value, value < 10 ? { minimumFractionDigits: 1, maximumFractionDigits: 1 } : { maximumFractionDigits: 0 }),
  percent: (value) => number(value, { style: "percent", minimumFractionDigits: value >= 0.1 ? 0 : 1, maximumFractionDigits: value >= 0.1 ? 0 : 1 }),
};

export function written(value, form) {
  return value === null || value === undefined ? "–" : FORMS[form](value);
}
