import assert from "node:assert/strict"
import { test } from "node:test"
import { startSentinel } from "@le-auth/emulator"
import { startProgram } from "./program.js"

test("a user signs in", async () => {
  await using sentinel = await startSentinel()
  await using program = await startProgram(sentinel.env)

  const login = await fetch(`${program.url}/login`, { redirect: "manual" })
  const callback = await sentinel.approve(login.headers.get("location"), { user: "agent@example.com" })
  const home = await fetch(callback)

  assert.equal(await home.text(), "Hello, 3552833710")
})
