// The reply on a ticket's page: sent without leaving the page, kept and sent later where there is no connection.
import htmx from "htmx.org";
import { Log } from "./log.js";
import { outboxOf } from "./posting.js";
import { Presence } from "./presence.js";

export function startReply() {
  const form = document.querySelector("form[data-reply]");
  if (form) new Reply(form);
}

class Reply {
  constructor(form) {
    this.field = form.querySelector("textarea");
    this.files = form.querySelector("[type=file]");
    this.ticket = form.dataset.reply;
    this.log = new Log(form.querySelector("[data-chat-waiting]"), document.documentElement.dataset.zone);
    this.words = { waiting: form.dataset.waiting, takeBack: form.dataset.takeBack };
    this.others = form.querySelectorAll("[name=deed]:not([value=say])");
    this.files.addEventListener("change", () => this.#showFiles());
    form.addEventListener("submit", (event) => {
      if ((event.submitter?.value ?? "say") !== "say") return;
      event.preventDefault();
      this.#say();
    });
    document.body.addEventListener("tally:open", () => this.outbox.flush());
    this.outbox = outboxOf(form.dataset.me, { changed: (items) => this.#show(items), sent: (item, answer) => this.#sent(item, answer) });
    this.#attend(form);
  }

  #attend(form) {
    const presence = new Presence({
      me: form.dataset.me,
      sign: form.querySelector("[data-marks]"),
      field: this.field,
      ticket: () => this.ticket,
      last: () => document.querySelector("[data-last]")?.dataset.last,
    });
    presence.look();
    document.body.addEventListener("htmx:afterSettle", () => presence.look());
  }

  #say() {
    const text = this.field.value.trim();
    const files = [...this.files.files];
    if (!text && !files.length) return;
    this.field.value = this.files.value = "";
    this.#showFiles();
    this.outbox.add(text, this.ticket, files);
  }

  // Files go with a reply only; they may go without words.
  #showFiles() {
    const some = this.files.files.length > 0;
    this.field.required = !some;
    for (const button of this.others) button.disabled = some;
  }

  #show(items) {
    const own = items.filter((each) => each.about === this.ticket);
    this.log.putWaiting(own, this.words, (id) => (this.field.value = this.outbox.takeBack(id)));
  }

  // A ticket that was over for too long goes on as another one.
  #sent(item, answer) {
    if (item.about === this.ticket && answer.ticket_id !== this.ticket) location.assign(`/tickets/${answer.ticket_id}`);
    else htmx.trigger(document.getElementById("page"), "tally:refresh");
  }
}
