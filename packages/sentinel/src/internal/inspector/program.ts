/**
 * The inspector's program in the browser: it sends the changes of forms and buttons to the control, and takes the live
 * parts of the page anew from the server whenever the journal has a new entry. The server renders; nothing is put
 * together here.
 *
 * The page gets this program from `script.ts`, where it is a text without its types. After a change write that file
 * anew: `npx vitest run packages/sentinel/test/inspector/Script.test.ts -u`
 */
// @effect-diagnostics globalFetch:off

/** An object of JSON, or a part of one. */
interface Json {
  [name: string]: unknown
}

const say = (text: string) => {
  document.querySelector("[role=status]")!.textContent = text
}

const noAnswer = "Sentinel does not answer. Is it still running?"

// The sign-in of this browser has ended, or Sentinel has another token now: the page asks for it.
const isSignedOut = ({ status }: Response): boolean => {
  if (status === 401) location.reload()
  return status === 401
}

// Puts new content into a part. Nodes that stay as they are keep their place, so that focus and scrolling stay, too.
const replace = (part: Element, next: Element) => {
  for (const open of part.querySelectorAll("details[open][id]")) {
    next.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute("open", "")
  }
  const focused = part.contains(document.activeElement) ? document.activeElement!.id : ""
  const fresh = [...next.childNodes].map((node) => {
    const old = node instanceof Element && node.id !== "" ? document.getElementById(node.id) : null
    return old?.parentNode === part && old.isEqualNode(node) ? old : node
  })
  const kept = new Set<Node>(fresh)
  for (const node of [...part.childNodes]) if (!kept.has(node)) node.remove()
  let at = part.firstChild
  for (const node of fresh) {
    if (node === at) at = at.nextSibling
    else part.insertBefore(node, at)
  }
  if (focused !== "" && document.activeElement?.id !== focused) document.getElementById(focused)?.focus()
}

// Takes the live parts of the page anew, from the address that it has now.
const seen = new WeakMap<Element, string>()
let isLoading = false
let isStale = false
const refresh = async () => {
  if (isLoading) {
    isStale = true
    return
  }
  isLoading = true
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" } })
    if (isSignedOut(response)) return
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html")
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = fresh.getElementById(part.id)
      if (next === null || next.innerHTML === seen.get(part)) continue
      seen.set(part, next.innerHTML)
      replace(part, next)
    }
  } catch {
    say(noAnswer)
  }
  isLoading = false
  if (isStale) {
    isStale = false
    setTimeout(() => void refresh(), 200)
  }
}

const valueOf = (field: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement): unknown => {
  if (field.type === "checkbox") return (field as HTMLInputElement).checked
  if (field.type === "number") return Number(field.value)
  if (field.dataset["lines"] === undefined) return field.value
  return field.value.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]))
}

// The JSON document of a form: names with dots are members of members; what is empty or not shown is left out. With
// `data-lines` a field is a list with a line for each item. A name that is in the address is not in the document.
const documentOf = (form: HTMLFormElement, address: string): Json => {
  const whole: Json = {}
  const fields = "input[name], select[name], textarea[name]"
  for (const field of form.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>(fields)) {
    const isEmpty = field.value === "" && field.dataset["lines"] === undefined
    if (isEmpty || !field.checkVisibility() || address.includes(`:${field.name}`)) continue
    const path = field.name.split(".")
    const last = path.pop()!
    let part = whole
    for (const key of path) part = (part[key] ??= {}) as Json
    part[last] = valueOf(field)
  }
  return whole
}

const problemOf = (answer: Json | undefined): string => {
  if (Array.isArray(answer?.["problems"])) return answer["problems"].join("\n")
  if (typeof answer?.["problem"] === "string") return answer["problem"]
  return typeof answer?.["what"] === "string" ? `There is no ${answer["what"]}.` : "Sentinel refused it."
}

// Asks the control for "METHOD /path". Gives the answer, or says what the problem is.
const ask = async (request: string, body: unknown): Promise<{ readonly answer: Json | undefined } | undefined> => {
  const [method = "", path = ""] = request.split(" ")
  try {
    const response = await fetch(path, {
      method,
      headers: { "x-sentinel-control": "1", ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    if (isSignedOut(response)) return undefined
    const text = await response.text()
    const answer = text === "" ? undefined : JSON.parse(text)
    say(response.ok ? "" : problemOf(answer))
    return response.ok ? { answer } : undefined
  } catch {
    say(noAnswer)
    return undefined
  }
}

const explanationOf = ({ id, isUsable, kind, reason, scope }: Json): string => {
  const what = kind === "unknown" ? "text" : String(kind).replace("-", " ")
  const token = `This ${what} (${id}${scope === undefined ? "" : `, scope ${scope}`})`
  return isUsable === true ? `${token} can be used.` : `${token} cannot be used: ${reason}.`
}

const submit = async (form: HTMLFormElement, request: string) => {
  const address = request.replaceAll(/:(\w+)/g, (whole, name) => {
    const field = form.elements.namedItem(name)
    return field !== null && "value" in field ? encodeURIComponent(String(field.value)) : whole
  })
  const done = await ask(address, form.dataset["empty"] === undefined ? documentOf(form, request) : undefined)
  if (done === undefined) return
  const { resets, shows } = form.dataset
  if (shows !== undefined) document.getElementById(shows)!.textContent = explanationOf(done.answer ?? {})
  if (resets !== undefined) form.reset()
  await refresh()
}

const press = async (request: string, body: string | undefined) => {
  if (await ask(request, body === undefined ? undefined : JSON.parse(body))) await refresh()
}

// Asks the person before `act`. The browser closes the dialog with Escape; the focus goes back to the button, or to the
// one in its place if the part was taken anew meanwhile.
const question = document.querySelector<HTMLDialogElement>("#question")!
let act = () => {}
const confirmed = (button: HTMLElement, next: () => void) => {
  const text = button.dataset["confirm"]
  if (text === undefined) {
    next()
    return
  }
  document.getElementById("question-text")!.textContent = text
  document.getElementById("question-yes")!.textContent = button.textContent
  act = next
  question.addEventListener("close", () => document.getElementById(button.id)?.focus(), { once: true })
  question.showModal()
}
document.getElementById("question-no")!.addEventListener("click", () => question.close())
document.getElementById("question-yes")!.addEventListener("click", () => {
  question.close()
  act()
})

addEventListener("submit", (event) => {
  const form = event.target
  if (!(form instanceof HTMLFormElement) || form.dataset["request"] === undefined) return
  event.preventDefault()
  const request = form.dataset["request"]
  confirmed(event.submitter ?? form, () => void submit(form, request))
})

addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("button[data-request]") : null
  if (button === null) return
  const { body, request = "" } = button.dataset
  confirmed(button, () => void press(request, body))
})

const last = document.querySelector("main")!.dataset["sequence"]
const live = new EventSource(`/control/journal/follow?after=${last}`)
live.addEventListener("message", () => void refresh())
live.addEventListener("open", () => {
  say("")
  void refresh()
})
live.addEventListener("error", () => say(noAnswer))
setInterval(() => void refresh(), 10_000)
