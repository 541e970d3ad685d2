// Telling the other side that one is here, writes, or has read; and showing what they tell. Nothing here is worth a retry.
import { ask } from "./asking.js";
import { token } from "./posting.js";

const HERE_MS = 10000;
const TYPING_MS = 3000;

export class Presence {
  // `sign` shows others; `ticket()` is the one before the reader, or empty; `field` is where they write; `last()` the last entry shown.
  constructor({ me, sign, field, ticket, last }) {
    Object.assign(this, { me, sign, ticket, last });
    this.read = null;
    field.addEventListener("input", () => this.#type());
    document.addEventListener("visibilitychange", () => this.look());
    document.body.addEventListener("tally:marks", (event) => this.#show(event.detail));
    setInterval(() => this.look(), HERE_MS);
  }

  // The reader has this before their eyes, up to the last line.
  look() {
    const ticket = this.ticket();
    if (!ticket || document.hidden) return;
    if (Date.now() - (this.typed ?? 0) > 2 * TYPING_MS) this.#tell(ticket, "presence", { typing: false });
    const last = this.last();
    if (!last || last === this.read) return;
    this.read = last;
    this.#tell(ticket, "read", { up_to: last });
  }

  #type() {
    const now = Date.now();
    if (!this.ticket() || now - (this.typed ?? 0) < TYPING_MS) return;
    this.typed = now;
    this.#tell(this.ticket(), "presence", { typing: true });
  }

  async #tell(ticket, what, body) {
    try {
      await ask(`/api/v1/tickets/${ticket}/${what}`, { method: "POST", body, headers: token() });
    } catch {
      if (what === "read") this.read = null;
    }
  }

  #show(marks) {
    const others = (marks[this.ticket()] ?? []).filter((each) => each.who !== this.me);
    const words = others.map((each) => (each.typing ? this.sign.dataset.typing : this.sign.dataset.here).replace("{}", each.name));
    const text = words.join(" ").trim();
    if (this.sign.textContent !== text) this.sign.textContent = text;
  }
}
