// What was written and not yet taken by the server. It survives a reload and is posted in order, each item under an id of its
// own, so that posting again what arrived already changes nothing.
import { Refused } from "./asking.js";
import { uuid } from "./ids.js";

const AGAIN_MS = [500, 1000, 2000, 4000, 8000, 15000];

export class Outbox {
  // `post(item)` resolves with {ticket_id} or throws; `changed(items)` is told after every change, `sent(item, answer)` of every success.
  constructor({ key, post, changed, sent }) {
    Object.assign(this, { key, post, changed, sent });
    this.items = this.#kept();
    this.failures = 0;
    addEventListener("online", () => this.flush());
    this.changed(this.items);
    this.flush();
  }

  // `about`: a ticket's id, or any other word for a matter that begins with this item.
  add(text, about, files = []) {
    this.items.push({ id: uuid(), text, about, files, at: new Date().toISOString(), problem: null });
    this.#keep();
    this.flush();
  }

  // Take something back that was refused; its text.
  takeBack(id) {
    const item = this.items.find((each) => each.id === id);
    this.items = this.items.filter((each) => each !== item);
    this.#keep();
    return item?.text ?? "";
  }

  async flush() {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    try {
      for (let item; (item = this.items.find((each) => !each.problem)); ) await this.#send(item);
      this.failures = 0;
    } catch {
      const wait = AGAIN_MS[Math.min(this.failures++, AGAIN_MS.length - 1)];
      this.timer = setTimeout(() => this.flush(), wait * (1 + Math.random() / 4));
    } finally {
      this.busy = false;
    }
  }

  async #send(item) {
    try {
      const answer = await this.post(item);
      this.items = this.items.filter((each) => each !== item);
      for (const each of this.items) if (each.about === item.about) each.about = answer.ticket_id;
      this.#keep();
      this.sent(item, answer);
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      item.problem = fault.problem;
      this.#keep();
    }
  }

  #keep() {
    const kept = this.items.filter((each) => !each.files.length);
    try {
      sessionStorage.setItem(this.key, JSON.stringify(kept));
    } catch {
      // Storage is full or refused: what is written lives as long as the page.
    }
    this.changed(this.items);
  }

  #kept() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key)) ?? [];
    } catch {
      return [];
    }
  }
}
