// The lines of a conversation on the page: each once, in order, added without moving what is being read.
import { language } from "../words.js";

export class Log {
  // `box` scrolls and holds <ol data-lines>, <ol data-waiting>; `shapes` are the templates of a line.
  constructor(box, zone) {
    this.box = box;
    this.list = box.querySelector("[data-lines]");
    this.waiting = box.querySelector("[data-waiting]");
    this.known = new Map();
    this.clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: zone });
    this.day = new Intl.DateTimeFormat(language, { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false, timeZone: zone });
  }

  get last() {
    return [...this.known.keys()].sort().at(-1) ?? null;
  }

  clear() {
    this.known.clear();
    this.list.replaceChildren();
  }

  put(lines) {
    const follows = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 40;
    for (const line of lines) if (!this.known.has(line.id)) this.#insert(line);
    if (follows) this.toEnd();
  }

  putWaiting(items, words, takeBack) {
    this.waiting.replaceChildren(...items.map((item) => this.#waitingLine(item, words, takeBack)));
    if (items.length) this.toEnd();
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
  }

  #insert(line) {
    const element = line.words ? this.#words(line) : this.#deed(line);
    element.dataset.id = line.id;
    const next = [...this.list.children].find((each) => each.dataset.id > line.id);
    this.list.insertBefore(element, next ?? null);
    this.known.set(line.id, element);
  }

  #words(line) {
    const element = make("li", line.own ? "chat-words chat-own" : "chat-words");
    const head = make("p", "chat-who");
    head.append(make("strong", "", line.author), " ", this.#time(line.at));
    element.append(head);
    if (line.text) element.append(make("p", "prose", line.text));
    for (const file of line.files ?? []) element.append(this.#file(file));
    return element;
  }

  #file(file) {
    const element = make("p", "chat-file");
    if (!file.address) {
      element.textContent = file.name;
      return element;
    }
    const link = make("a", "", file.name);
    link.href = file.address;
    link.download = file.name;
    element.append(link);
    return element;
  }

  #deed(line) {
    const element = make("li", "chat-deed", line.text);
    element.append(" ", this.#time(line.at));
    return element;
  }

  #waitingLine(item, words, takeBack) {
    const element = make("li", "chat-words chat-own chat-waiting");
    const problem = item.problem;
    if (item.text) element.append(make("p", "prose", item.text));
    for (const file of item.files) element.append(make("p", "chat-file", file.name));
    element.append(make("p", "chat-who", problem ? [problem.title, problem.detail].filter(Boolean).join(" ") : words.waiting));
    if (problem) {
      element.dataset.tone = "bad";
      const button = make("button", "plain-button", words.takeBack);
      button.type = "button";
      button.addEventListener("click", () => takeBack(item.id));
      element.append(button);
    }
    return element;
  }

  #time(at) {
    const time = make("time", "quiet");
    const then = new Date(at);
    time.dateTime = at;
    time.textContent = (Date.now() - then < 12 * 3600_000 ? this.clock : this.day).format(then);
    return time;
  }
}

function make(name, look = "", text = "") {
  const element = document.createElement(name);
  if (look) element.className = look;
  if (text) element.textContent = text;
  return element;
}
