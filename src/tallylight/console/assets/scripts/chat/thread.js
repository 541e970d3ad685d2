// Following one conversation: what came after the last line that is known is asked for, again and again until there is no more.
export class Thread {
  // `read(after)` resolves with {lines, more, stands, …}; `told(answer)` is called with each.
  constructor({ log, read, told }) {
    Object.assign(this, { log, read, told });
  }

  async catchUp() {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    try {
      for (let more = true; more; ) {
        this.again = false;
        const answer = await this.read(this.log.last);
        this.log.put(answer.lines);
        this.told(answer);
        more = answer.more || this.again;
      }
    } catch {
      // The connection is away: whoever hears that it is back asks again.
    } finally {
      this.busy = false;
    }
  }
}
