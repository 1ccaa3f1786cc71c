#!/usr/bin/env node
// Plays the user's browser, as BROWSER: `browser.mjs HOW URL`. It follows redirects, keeps cookies and fills the login
// form of the local Sentinel. HOW is: approve; deny, which brings Sentinel's error redirect; attack, which lets others
// hit the callback before the user comes; or stop, which prints where the callback would go, as a browser of another
// computer does.
import assert from "node:assert/strict"

const [how, authorize = ""] = process.argv.slice(2)
const { searchParams } = new URL(authorize)
const redirectUri = searchParams.get("redirect_uri") ?? ""
const state = searchParams.get("state") ?? ""

/** @type {Map<string, string>} by host and name */
const cookies = new Map()

/**
 * @param {string} address
 * @param {RequestInit} [init]
 */
async function visit(address, init = {}) {
  const { host } = new URL(address)
  const cookie = [...cookies].flatMap(([key, value]) => (key.startsWith(`${host} `) ? value : [])).join("; ")
  const response = await fetch(address, { ...init, redirect: "manual", headers: { ...init.headers, cookie } })
  for (const line of response.headers.getSetCookie()) {
    const pair = line.split(";", 1)[0] ?? ""
    cookies.set(`${host} ${pair.split("=", 1)[0]}`, pair)
  }
  return response
}

/** @param {Response} response */
async function follow(response) {
  let current = response
  let address = response.url
  while (current.status === 302 || current.status === 303) {
    address = new URL(current.headers.get("location") ?? "", address).href
    if (how === "stop" && address.startsWith(redirectUri)) {
      console.log(address)
      process.exit(0)
    }
    current = await visit(address)
  }
  return { address, status: current.status, text: await current.text() }
}

async function approve() {
  const page = await follow(await visit(authorize))
  assert.equal(page.status, 200, page.text)
  const form = new URLSearchParams()
  for (const [input] of page.text.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(input)?.[1]
    if (name !== undefined) form.set(name, /value="([^"]*)"/.exec(input)?.[1] ?? "")
  }
  form.set("username", "agent@example.com")
  form.set("password", "agent")
  const action = new URL(/<form[^>]*action="([^"]*)"/.exec(page.text)?.[1] ?? "", page.address)
  const end = await follow(await visit(action.href, { method: "POST", body: form }))
  assert.ok(end.address.startsWith(redirectUri), end.text)
  assert.equal(end.status, 200, end.text)
}

async function attack() {
  const { origin } = new URL(redirectUri)
  for (const [address, init] of /** @type {Array<[string, RequestInit?]>} */ ([
    [origin],
    [`${origin}/favicon.ico`],
    [redirectUri, { method: "POST", body: `code=x&state=${state}` }],
    [`${redirectUri}?code=stolen&state=wrong`],
    [`${redirectUri}?code=stolen`],
    [`${redirectUri}?error=access_denied&state=wrong`],
    [`${redirectUri}?code=a&code=b&state=${state}`],
    [`${redirectUri}?code=a&error=access_denied&state=${state}`]
  ])) {
    const { status } = await visit(address, init)
    assert.ok(status >= 400 && status < 500, `${address}: ${status}`)
  }
}

if (how === "deny") {
  const answer = new URLSearchParams({ error: "access_denied", error_description: "The user said no", state })
  await follow(await visit(`${redirectUri}?${answer}`))
} else {
  if (how === "attack") await attack()
  await approve()
}
