import { Origin } from "@le-auth/core/Origin"
import { assert, describe, it } from "vitest"
import { addressOf, routeOf } from "../../src/internal/forwarding.ts"

const origin = Origin.make("https://msghist-12345678.liveperson.net")
const allowed = ["/history/api/account/{account}/**", "/other/{account}/{account}/**"].map((path) => routeOf(path)!)
const address = (rest: string) => addressOf(origin, rest, allowed, "12345678")?.href

describe("the address of a call", () => {
  it("G2: is below a path that is listed, with the account of the session", () => {
    for (const rest of ["/history/api/account/12345678/search?a=%2Fb", "/other/12345678/12345678/x"]) {
      assert.strictEqual(address(rest), origin + rest)
    }
    for (const rest of [
      "/",
      "/history/api/account/87654321/search",
      "/history",
      "/other/12345678/12345678/",
      "/other/12345678/87654321/x"
    ]) {
      assert.isUndefined(address(rest), rest)
    }
  })

  it("G2: is the one that was written, whatever another reader would make of it", () => {
    const path = "/history/api/account/12345678/"
    for (const rest of [
      `${path}../../87654321/x`,
      `${path}./x`,
      `${path}%2e%2e/x`,
      `${path}a%2fb`,
      `${path}a%5Cb`,
      `${path}/x`,
      `${path}a\\b`,
      `${path}a b`,
      `${path}x#fragment`,
      `${path}é`,
      `@evil.example${path}`,
      `.evil.example${path}`,
      `:444${path}`,
      `:x${path}`
    ]) {
      assert.isUndefined(address(rest), rest)
    }
  })
})
