// Keys for everything: "?" lists them. Pages mark links with data-key="g d", lists their rows with data-row, and what a key
// does to the row in focus with data-act="a".
const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

export function startKeyboard() {
  const help = document.getElementById("keyboard-help");
  let first = "";
  let timer = 0;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || help?.open) return;
    if (event.key === "?" && help) {
      event.preventDefault();
      help.showModal();
      return;
    }
    if (event.key === "j" || event.key === "k") return moveRow(event.key === "j" ? 1 : -1);
    const keys = first ? `${first} ${event.key}` : event.key;
    clearTimeout(timer);
    first = "";
    const target = inRow(event.key) ?? marked(keys) ?? marked(event.key);
    if (target) {
      event.preventDefault();
      act(target);
    } else if (event.key === "g") {
      first = "g";
      timer = setTimeout(() => (first = ""), 1500);
    }
  });
}

function inRow(key) {
  return document.activeElement?.closest("[data-row]")?.querySelector(`[data-act="${CSS.escape(key)}"]`);
}

function marked(keys) {
  return document.querySelector(`[data-key="${CSS.escape(keys)}"]`);
}

function act(target) {
  if (target.matches("input, textarea, select")) target.focus();
  else target.click();
}

function moveRow(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(rows.length - 1, Math.max(0, now < 0 ? (step > 0 ? 0 : rows.length - 1) : now + step))];
  next.querySelector("a, button")?.focus();
  next.scrollIntoView({ block: "nearest" });
}
