// The chat of a signed-in customer: a panel on every page but that of a ticket, which is the conversation itself.
import { follow } from "../connection.js";
import { ask } from "./asking.js";
import { Log } from "./log.js";
import { NEW, outboxOf } from "./posting.js";
import { Presence } from "./presence.js";
import { Thread } from "./thread.js";

const OPEN = "tally:chat:open";

export function startChat() {
  const panel = document.getElementById("chat");
  if (panel) new Portal(panel);
}

class Portal {
  constructor(panel) {
    this.panel = panel;
    this.opener = document.querySelector("[data-chat-open]");
    this.about = panel.querySelector("[data-chat-about]");
    this.stands = panel.querySelector("[data-chat-stands]");
    this.field = panel.querySelector("textarea");
    this.files = panel.querySelector("[type=file]");
    this.log = new Log(panel.querySelector("[role=log]"), document.documentElement.dataset.zone);
    this.thread = new Thread({ log: this.log, read: (after) => this.#read(after), told: (answer) => this.#told(answer) });
    this.presence = new Presence({
      me: panel.dataset.me,
      sign: panel.querySelector("[data-marks]"),
      field: this.field,
      ticket: () => (this.#isOpen ? this.about.value : ""),
      last: () => this.log.last,
    });
    this.words = { waiting: panel.dataset.waiting, takeBack: panel.dataset.takeBack };
    this.#listen();
    this.outbox = outboxOf(panel.dataset.me, {
      changed: (items) => this.#showWaiting(items),
      sent: (item, answer) => this.#sent(item, answer),
    });
    if (sessionStorage.getItem(OPEN) === panel.dataset.me) this.open({ focus: false });
  }

  async open({ focus = true } = {}) {
    this.panel.hidden = false;
    this.opener.hidden = true;
    sessionStorage.setItem(OPEN, this.panel.dataset.me);
    if (!document.body.dataset.live) follow("/live/stream");
    if (focus) this.field.focus();
    await this.#offer();
  }

  close() {
    this.panel.hidden = true;
    this.opener.hidden = false;
    sessionStorage.removeItem(OPEN);
    this.opener.focus();
  }

  #listen() {
    this.opener.addEventListener("click", (event) => {
      event.preventDefault();
      this.open();
    });
    this.panel.querySelector("[data-chat-close]").addEventListener("click", () => this.close());
    this.panel.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    this.panel.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#say();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#say();
    });
    this.about.addEventListener("change", () => this.#turnTo(this.about.value));
    document.body.addEventListener("tally:open", () => this.#back());
    document.body.addEventListener("tally:changed", () => this.#fresh());
  }

  get #isOpen() {
    return !this.panel.hidden;
  }

  #back() {
    this.outbox?.flush();
    this.#fresh();
  }

  #fresh() {
    if (!this.#isOpen) return;
    if (this.offered) this.thread.catchUp();
    else this.#offer();
  }

  #say() {
    const text = this.field.value.trim();
    const files = [...this.files.files];
    if (!text && !files.length) return;
    this.field.value = this.files.value = "";
    this.outbox.add(text, this.about.value || NEW, files);
  }

  // Which tickets can be written on; the one that was chatted on last comes first.
  async #offer() {
    try {
      const { current, tickets } = await ask("/api/v1/chat");
      const chosen = this.offered ? this.about.value : current;
      for (const ticket of tickets) this.#addTicket(ticket);
      this.offered = true;
      this.#turnTo(chosen ?? "");
    } catch {
      // Asked again when the connection is back.
    }
  }

  #addTicket(ticket) {
    if (this.about.querySelector(`option[value="${CSS.escape(ticket.id)}"]`)) return;
    const option = document.createElement("option");
    option.value = ticket.id;
    option.textContent = `${ticket.number} · ${ticket.headline}`;
    this.about.append(option);
  }

  #turnTo(ticket) {
    this.about.value = ticket;
    this.log.clear();
    this.stands.textContent = ticket ? "" : this.panel.dataset.beginning;
    this.#showWaiting(this.outbox?.items ?? []);
    if (ticket) this.thread.catchUp();
  }

  #showWaiting(items) {
    const own = items.filter((each) => each.about === (this.about.value || NEW));
    this.log.putWaiting(own, this.words, (id) => (this.field.value = this.outbox.takeBack(id)));
  }

  async #sent(item, answer) {
    if (item.about === (this.about.value || NEW) && answer.ticket_id !== this.about.value) {
      this.offered = false; // it stands on a ticket of its own: the conversation turns to it
      await this.#offer();
    } else if (item.about === this.about.value) {
      await this.thread.catchUp();
    }
  }

  async #read(after) {
    const ticket = this.about.value;
    if (!ticket) return { lines: [], more: false, stands: this.panel.dataset.beginning };
    const answer = await ask(`/api/v1/tickets/${ticket}/conversation${after ? `?after=${after}` : ""}`);
    return ticket === this.about.value ? answer : { lines: [], more: true, stands: "" };
  }

  #told(answer) {
    this.stands.textContent = answer.stands;
    this.presence.look();
  }
}
