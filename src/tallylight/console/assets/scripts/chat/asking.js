// Asking the server. What it refuses is told apart from what it never heard: the latter is asked again.
const PATIENCE_MS = 15000;
const PATIENCE_WITH_FILES_MS = 180000;

// The server understood and says no: `problem` is its own word (RFC 9457).
export class Refused extends Error {
  constructor(problem) {
    super(problem.title ?? "");
    this.problem = problem;
  }
}

// The answer as JSON. Throws Refused, or anything else if it is worth asking again.
export async function ask(path, { method = "GET", body, headers = {} } = {}) {
  const answer = await fetch(path, {
    method,
    headers: { Accept: "application/json", ...(body && !(body instanceof FormData) ? { "Content-Type": "application/json" } : {}), ...headers },
    body: body && !(body instanceof FormData) ? JSON.stringify(body) : body,
    signal: AbortSignal.timeout(body instanceof FormData ? PATIENCE_WITH_FILES_MS : PATIENCE_MS),
    credentials: "same-origin",
  });
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  if (answer.status >= 500 || answer.status === 408 || answer.status === 429) throw new Error(`answered ${answer.status}`);
  throw new Refused(await answer.json().catch(() => ({ status: answer.status })));
}
