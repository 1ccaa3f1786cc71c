/** The text of `program.ts`, written by `test/inspector/Script.test.ts`. */
export const script = `
const say = (text        ) => {
  document.querySelector("[role=status]") .textContent = text
}

const noAnswer = "Sentinel does not answer. Is it still running?"

// The sign-in of this browser has ended, or Sentinel has another token now: the page asks for it.
const isSignedOut = ({ status }          )          => {
  if (status === 401) location.reload()
  return status === 401
}

// Takes the live parts of the page anew. What is open, and what has the focus, stays so.
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
    for (const part of document.querySelectorAll             ("[data-live]")) {
      const next = fresh.getElementById(part.id)
      if (next === null || next.innerHTML === part.dataset["seen"]) continue
      const html = next.innerHTML
      for (const open of part.querySelectorAll("details[open][id]")) {
        next.querySelector(\`#\${open.id}\`)?.setAttribute("open", "")
      }
      const focused = part.contains(document.activeElement) ? (document.activeElement?.id ?? "") : ""
      part.replaceChildren(...next.childNodes)
      part.dataset["seen"] = html
      if (focused !== "") document.getElementById(focused)?.focus()
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

// The JSON document of a form: names with dots are members of members; what is empty or not shown is left out.
const documentOf = (form                 )       => {
  const whole       = {}
  for (const field of form.querySelectorAll                                      ("[name]")) {
    if (field.value === "" || !field.checkVisibility()) continue
    const path = field.name.split(".")
    const last = path.pop()
    let part = whole
    for (const key of path) part = (part[key] ??= {})
    part[last] = field.type === "number" ? Number(field.value) : field.value
  }
  return whole
}

const problemOf = (answer                  )         => {
  if (Array.isArray(answer?.["problems"])) return answer["problems"].join("\\n")
  if (typeof answer?.["problem"] === "string") return answer["problem"]
  return typeof answer?.["what"] === "string" ? \`There is no \${answer["what"]}.\` : "Sentinel refused it."
}

// Asks the control for "METHOD /path". Gives the answer, or says what the problem is.
const ask = async (request        , body         )                                                             => {
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

const explanationOf = ({ id, isUsable, kind, reason, scope }      )         => {
  const what = kind === "unknown" ? "text" : String(kind).replace("-", " ")
  const token = \`This \${what} (\${id}\${scope === undefined ? "" : \`, scope \${scope}\`})\`
  return isUsable === true ? \`\${token} can be used.\` : \`\${token} cannot be used: \${reason}.\`
}

const submit = async (form                 , request        ) => {
  const named = form.elements.namedItem("name")
  const name = named instanceof HTMLInputElement ? named.value : ""
  const done = await ask(
    request.replace(":name", encodeURIComponent(name)),
    form.dataset["empty"] === undefined ? documentOf(form) : undefined
  )
  if (done === undefined) return
  const { resets, shows } = form.dataset
  if (shows !== undefined) document.getElementById(shows) .textContent = explanationOf(done.answer ?? {})
  if (resets !== undefined) form.reset()
  await refresh()
}

addEventListener("submit", (event) => {
  const form = event.target
  if (!(form instanceof HTMLFormElement) || form.dataset["request"] === undefined) return
  event.preventDefault()
  void submit(form, form.dataset["request"])
})

const press = async (request        , body                    ) => {
  if (await ask(request, body === undefined ? undefined : JSON.parse(body))) await refresh()
}

addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest             ("button[data-request]") : null
  if (button !== null) void press(button.dataset["request"] , button.dataset["body"])
})

const last = document.querySelector("main") .dataset["sequence"]
const live = new EventSource(\`/control/journal/follow?after=\${last}\`)
live.addEventListener("message", () => void refresh())
live.addEventListener("open", () => {
  say("")
  void refresh()
})
live.addEventListener("error", () => say(noAnswer))
setInterval(() => void refresh(), 10_000)
`
