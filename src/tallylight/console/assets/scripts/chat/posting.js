// Posting words of a signed-in person, on whichever page they are: one outbox for each tab and person.
import { ask } from "./asking.js";
import { Outbox } from "./outbox.js";

// What an item is about that begins a matter of its own.
export const NEW = "new";
const KEY = "tally:outbox:";

export function outboxOf(me, { changed, sent }) {
  forgetOthers(me);
  return new Outbox({ key: KEY + me, post, changed, sent });
}

function post(item) {
  if (item.files.length) return postFiles(item);
  const about = item.about === NEW ? {} : { ticket_id: item.about };
  return ask("/api/v1/chat/messages", { method: "POST", body: { id: item.id, text: item.text, ...about }, headers: token() });
}

function postFiles(item) {
  const body = new FormData();
  body.append("id", item.id);
  body.append("text", item.text);
  if (item.about !== NEW) body.append("ticket_id", item.about);
  for (const file of item.files) body.append("files", file);
  return ask("/api/v1/chat/files", { method: "POST", body, headers: token() });
}

export function token() {
  return { "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value };
}

// Words of somebody else who used this tab before are not ours to send.
function forgetOthers(me) {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(KEY) && key !== KEY + me) sessionStorage.removeItem(key);
}
