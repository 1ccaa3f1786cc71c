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

const noAnswer = "Sentinel does not answer. Is it still running?"

// The line at the foot of the page. That something was done need not be read for long.
let clearing: ReturnType<typeof setTimeout> | undefined
const say = (text: string, isBrief = false) => {
  const status = document.querySelector("[role=status]")!
  clearTimeout(clearing)
  status.textContent = text
  if (isBrief) clearing = setTimeout(() => (status.textContent = ""), 4000)
}

// The sign-in of this browser has ended, or Sentinel has another token now: the page asks for it.
const isSignedOut = ({ status }: Response): boolean => {
  if (status === 401) location.reload()
  return status === 401
}

// Puts new content into a part. Nodes that stay as they are keep their place, so that focus and scrolling stay, too.
const replace = (part: Element, fresh: Element) => {
  for (const open of part.querySelectorAll("details[open][id]")) {
    fresh.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute("open", "")
  }
  const focused = part.contains(document.activeElement) ? document.activeElement : null
  const nodes = [...fresh.childNodes].map((node) => {
    const old = node instanceof Element && node.id !== "" ? document.getElementById(node.id) : null
    return old?.parentNode === part && old.isEqualNode(node) ? old : node
  })
  const kept = new Set<Node>(nodes)
  for (const node of Array.from(part.childNodes)) if (!kept.has(node)) node.remove()
  let at = part.firstChild
  for (const node of nodes) {
    if (node === at) at = at.nextSibling
    else part.insertBefore(node, at)
  }
  if (focused === null || document.activeElement === focused) return
  // What had the focus may be gone. Then the next step of a keyboard is the first one of the view.
  const next = (focused.id === "" ? null : document.getElementById(focused.id)) ?? document.getElementById("view")
  next?.focus({ preventScroll: true })
}

// Of a list, only the chosen line is on the way of the Tab key; the arrow keys go from line to line.
const linesOf = (list: Element) => [...list.querySelectorAll<HTMLElement>("a.entry")]
const rove = () => {
  for (const list of document.querySelectorAll("[data-list]")) {
    const lines = linesOf(list)
    const chosen = lines.find((line) => line === document.activeElement || line.hasAttribute("aria-current"))
    for (const line of lines) line.tabIndex = line === (chosen ?? lines[0]) ? 0 : -1
  }
}

// Takes the live parts of the page anew, from the address that it has now.
const seen = new WeakMap<Element, string>()
const load = async () => {
  const address = location.href
  try {
    const response = await fetch(address, { headers: { accept: "text/html" } })
    if (isSignedOut(response)) return
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html")
    // Meanwhile the person may have gone on.
    if (address !== location.href) return
    heard(Number(fresh.querySelector("main")?.dataset["sequence"] ?? last))
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = fresh.getElementById(part.id)
      if (next === null || next.innerHTML === seen.get(part)) continue
      seen.set(part, next.innerHTML)
      // As `rove` left them: a line that stays as it is has to be equal.
      for (const line of linesOf(next)) line.tabIndex = document.getElementById(line.id)?.tabIndex ?? -1
      replace(part, next)
    }
    rove()
  } catch {
    say(noAnswer)
  }
}

// At most one at a time, and a pause in between: thousands of entries in a second cost no more than five pages.
let isLoading = false
let isStale = false
const refresh = async () => {
  if (isLoading) {
    isStale = true
    return
  }
  isLoading = true
  await load()
  isLoading = false
  if (isStale) {
    isStale = false
    setTimeout(() => void refresh(), 200)
  }
}

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement

const valueOf = (field: Field): unknown => {
  const { dataset, type, value } = field
  if (dataset["lines"] !== undefined) return value.split("\n").flatMap((line) => line.trim() || [])
  if (dataset["json"] !== undefined) return JSON.parse(value)
  if (type === "checkbox" && !field.name.endsWith("[]")) return (field as HTMLInputElement).checked
  if (type === "datetime-local") return `${value}Z`
  return type === "number" ? Number(value) : value
}

const isLeftOut = (field: Field): boolean => {
  if (field.type !== "hidden" && !field.checkVisibility()) return true
  return field.value === "" && field.dataset["lines"] === undefined
}

// The JSON document of a form: names with dots are members of members; what is empty or not shown is left out. A name
// that ends in `[]` is one of a list, if it is not a box that is not ticked. With `data-lines` a field is a list with a
// line for each item, with `data-json` it is JSON. A name that is in the address is not in the document.
const documentOf = (form: HTMLFormElement, address: string): Json => {
  const whole: Json = {}
  for (const field of form.querySelectorAll<Field>("input[name], select[name], textarea[name]")) {
    if (isLeftOut(field) || address.includes(`:${field.name}`)) continue
    const path = field.name.split(".")
    const last = path.pop()!
    let part = whole
    for (const key of path) part = (part[key] ??= {}) as Json
    if (last.endsWith("[]")) {
      const list = (part[last.slice(0, -2)] ??= []) as Array<unknown>
      if (!(field instanceof HTMLInputElement) || field.type !== "checkbox" || field.checked) list.push(valueOf(field))
    } else part[last] = valueOf(field)
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
    if (response.ok) say("Done.", true)
    else say(problemOf(answer))
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

const show = (place: HTMLElement, answer: Json) => {
  place.textContent = "isUsable" in answer ? explanationOf(answer) : JSON.stringify(answer, undefined, 2)
  place.hidden = false
}

// Takes the live parts anew, or goes on to another address if this one has nothing to show any more.
const proceed = (address: string | undefined): unknown => (address === undefined ? refresh() : location.assign(address))

const submit = async (form: HTMLFormElement, request: string) => {
  const address = request.replaceAll(/:(\w+)/g, (whole, name) => {
    const field = form.elements.namedItem(name)
    return field !== null && "value" in field ? encodeURIComponent(String(field.value)) : whole
  })
  let body: Json | undefined
  try {
    if (form.dataset["empty"] === undefined) body = documentOf(form, request)
  } catch {
    say("This is not JSON.")
    return
  }
  const done = await ask(address, body)
  if (done === undefined) return
  const { next, resets, shows } = form.dataset
  if (shows !== undefined) show(document.getElementById(shows)!, done.answer ?? {})
  if (resets !== undefined) form.reset()
  await proceed(next)
}

const press = async (button: HTMLElement) => {
  const { body, next, request = "" } = button.dataset
  if (await ask(request, body === undefined ? undefined : JSON.parse(body))) await proceed(next)
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

// The second click of a double click does nothing again, and answers no question that the first one opened.
addEventListener(
  "click",
  (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null
    if (event.detail < 2 || button?.matches("[data-request], form[data-request] *, dialog *") !== true) return
    event.preventDefault()
    event.stopImmediatePropagation()
  },
  true
)

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
  confirmed(button, () => void press(button))
})

// A link or a filter that stays in the view: the address changes, and the live parts follow.
const go = async (address: string, isNew: boolean) => {
  if (isNew) history.pushState(null, "", address)
  else history.replaceState(null, "", address)
  await load()
}

addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-soft]") : null
  if (link === null || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  const shown = document.getElementById(link.dataset["soft"] ?? "")
  void go(link.href, true).then(() => shown?.scrollIntoView({ block: "nearest" }))
})

const filterOf = (form: HTMLFormElement): string => {
  const query = new URLSearchParams()
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && value !== "") query.set(name, value)
  return `${new URL(form.action).pathname}${query.size === 0 ? "" : `?${query}`}`
}

const isFilter = (form: unknown): form is HTMLFormElement =>
  form instanceof HTMLFormElement && form.dataset["soft"] !== undefined

addEventListener("submit", (event) => {
  if (!isFilter(event.target)) return
  event.preventDefault()
  void go(filterOf(event.target), true)
})

let typing: ReturnType<typeof setTimeout> | undefined
addEventListener("input", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form") : null
  if (!isFilter(form)) return
  clearTimeout(typing)
  typing = setTimeout(() => void go(filterOf(form), false), 200)
})

addEventListener("popstate", () => {
  const query = new URLSearchParams(location.search)
  for (const field of document.querySelectorAll<HTMLInputElement>("form[data-soft] [name]")) {
    field.value = query.get(field.name) ?? ""
  }
  void load()
})

addEventListener("keydown", (event) => {
  const list = event.target instanceof Element ? event.target.closest("[data-list]") : null
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key]
  if (list === null || step === undefined || event.metaKey || event.ctrlKey || event.altKey) return
  event.preventDefault()
  const lines = linesOf(list)
  lines[lines.indexOf(document.activeElement as HTMLElement) + step]?.focus()
  rove()
})

addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy]") : null
  if (button === null) return
  const text = document.getElementById(button.dataset["copy"]!)?.textContent ?? ""
  // Only a page of a secure origin may write to the clipboard, which plain http to another host is not.
  Promise.resolve(navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"))).then(
    () => say("Copied. Set the variables of the command before you run it."),
    () => say("This browser lets the page copy nothing. Open the command below, and copy it by hand.")
  )
})

// A browser has six connections to a server for all of its tabs, and to follow the journal takes one of them. So only a
// page that is seen does it.
let last = Number(document.querySelector("main")!.dataset["sequence"])
let live: EventSource | undefined
const follow = () => {
  live?.close()
  live = undefined
  if (document.hidden) return
  live = new EventSource(`/control/journal/follow?after=${last}`)
  live.addEventListener("message", () => void refresh())
  live.addEventListener("open", () => {
    if (document.querySelector("[role=status]")!.textContent === noAnswer) say("")
    void refresh()
  })
  live.addEventListener("error", () => say(noAnswer))
}

// A Sentinel that was started anew counts from the beginning: what comes after the old number would be long in coming.
const heard = (sequence: number) => {
  const isAnew = sequence < last
  last = sequence
  if (isAnew) follow()
}

rove()
follow()
addEventListener("visibilitychange", follow)
setInterval(() => {
  if (!document.hidden) void refresh()
}, 10_000)
