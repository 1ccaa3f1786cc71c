/**
 * What the inspector's page does in the browser: it asks the control for what its forms and buttons say, and takes its live
 * parts anew from the server whenever the journal has a new entry. The server renders; nothing is put together here.
 *
 * @since 0.1.0
 */
export const script = `
"use strict";
const say = (text) => { document.querySelector("[role=status]").textContent = text };

// Takes the live parts of the page anew. What is open, and what has the focus, stays so.
let isLoading = false, isStale = false;
const refresh = async () => {
  if (isLoading) { isStale = true; return }
  isLoading = true;
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = fresh.getElementById(part.id);
      if (next === null || next.innerHTML === part.dataset.seen) continue;
      const html = next.innerHTML;
      for (const open of part.querySelectorAll("details[open][id]")) {
        next.querySelector("#" + open.id)?.setAttribute("open", "");
      }
      const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
      part.replaceChildren(...next.childNodes);
      part.dataset.seen = html;
      if (focused !== "") document.getElementById(focused)?.focus();
    }
  } catch { say("Sentinel does not answer. Is it still running?") }
  isLoading = false;
  if (isStale) { isStale = false; setTimeout(refresh, 200) }
};

// The JSON document of a form: names with dots are members of members; what is empty or not shown is left out.
const documentOf = (form) => {
  const whole = {};
  for (const field of form.querySelectorAll("[name]")) {
    if (field.value === "" || !field.checkVisibility()) continue;
    const path = field.name.split(".");
    const last = path.pop();
    let part = whole;
    for (const key of path) part = part[key] ??= {};
    part[last] = field.type === "number" ? Number(field.value) : field.value;
  }
  return whole;
};

const problemOf = (answer) =>
  Array.isArray(answer?.problems) ? answer.problems.join("\\n") : answer?.problem ?? (answer?.what === undefined ? "Sentinel refused it." : "There is no " + answer.what + ".");

// Asks the control for "METHOD /path". Gives the answer, or says what the problem is.
const ask = async (request, body) => {
  const [method, path] = request.split(" ");
  try {
    const response = await fetch(path, {
      method,
      headers: { "x-sentinel-control": "1", ...(body === undefined ? {} : { "content-type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body)
    });
    const text = await response.text();
    const answer = text === "" ? undefined : JSON.parse(text);
    say(response.ok ? "" : problemOf(answer));
    return response.ok ? { answer } : undefined;
  } catch { say("Sentinel does not answer. Is it still running?") }
};

addEventListener("submit", async (event) => {
  const form = event.target;
  const request = form.dataset.request;
  if (request === undefined) return;
  event.preventDefault();
  const named = form.elements.namedItem("name");
  const done = await ask(
    request.replace(":name", encodeURIComponent(named?.value ?? "")),
    form.dataset.empty === undefined ? documentOf(form) : undefined
  );
  if (done === undefined) return;
  if (form.dataset.shows !== undefined) {
    const { id, kind, isUsable, reason } = done.answer;
    document.getElementById(form.dataset.shows).textContent = isUsable
      ? "This " + kind.replace("-", " ") + " (" + id + ") can be used."
      : "This " + (kind === "unknown" ? "text" : kind.replace("-", " ")) + " (" + id + ") cannot be used: " + reason + ".";
  }
  if (form.dataset.resets !== undefined) form.reset();
  await refresh();
});

addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-request]");
  if (button === null) return;
  const { body, request } = button.dataset;
  if (await ask(request, body === undefined ? undefined : JSON.parse(body))) await refresh();
});

const live = new EventSource("/control/journal/follow?after=" + document.querySelector("main").dataset.sequence);
live.addEventListener("message", refresh);
live.addEventListener("open", () => { say(""); refresh() });
live.addEventListener("error", () => say("Sentinel does not answer. Is it still running?"));
setInterval(refresh, 10_000);
`
