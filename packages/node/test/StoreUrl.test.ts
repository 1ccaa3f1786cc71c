import { assert, describe, it } from "@effect/vitest"
import * as StoreUrl from "@le-auth/node/StoreUrl"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

const described = (text: string) => Result.map(StoreUrl.fromText(text), StoreUrl.describe)

describe("fromText", () => {
  it("takes memory, a path, and URLs as they are", () => {
    assert.deepStrictEqual(StoreUrl.fromText("memory:"), Result.succeed({ _tag: "Memory" as const }))
    for (const path of ["state/a b.sqlite", "/var/lib/x.sqlite", "../x", "C:\\x.sqlite"]) {
      assert.deepStrictEqual(StoreUrl.fromText(`sqlite:${path}`), Result.succeed({ _tag: "Sqlite" as const, path }))
    }
    for (const [text, tag] of [
      ["postgres://u:p%40@h:5433/d?sslmode=require", "Postgres"],
      ["postgresql://h/d", "Postgres"],
      ["redis://:p@h", "Redis"],
      ["rediss://h:6380/2", "Redis"]
    ] as const) {
      const url = Result.getOrThrow(StoreUrl.fromText(text))
      assert.strictEqual(url._tag, tag)
      assert.strictEqual("url" in url ? Redacted.value(url.url) : "", text)
    }
  })

  it("H1: refuses what cannot be meant, without repeating it", () => {
    for (const text of [
      "",
      "planted",
      "memory:planted",
      "mysql://planted",
      "Postgres://planted",
      "postgres:planted",
      "postgres://u:planted@[x",
      "sqlite:",
      "sqlite:///planted",
      "sqlite::memory:",
      "sqlite:file:planted?mode=memory"
    ]) {
      const result = StoreUrl.fromText(text)
      assert.isTrue(Result.isFailure(result), text)
      if (Result.isFailure(result)) assert.notInclude(result.failure, "planted")
    }
  })
})

describe("parameters", () => {
  const problemOf = (text: string) => {
    const result = StoreUrl.fromText(text)
    return Result.isFailure(result) ? result.failure : undefined
  }

  it("R95: those that are known are taken", () => {
    for (const query of [
      "sslmode=verify-full&sslrootcert=/ca.pem",
      "sslrootcert=system",
      "max_connections=20&prepare=false&connect_timeout=0",
      "application_name=x&options=-c%20x%3Dy&host=/run&port=5433&user=u&password=planted&dbname=d"
    ]) {
      assert.isUndefined(problemOf(`postgres://u@h/d?${query}`), query)
    }
  })

  it("R95: any other is refused by name, without its value", () => {
    for (const [text, expected] of [
      ["postgres://u@h/d?colour=planted", "the parameter colour"],
      ["postgres://u@h/d?sslmode=require&sslmode=disable", "the parameter sslmode more than once"],
      ["postgresql://u@h/d?sslMode=planted", "the parameter sslMode"],
      ["postgres://u@h/d?toString=planted", "the parameter toString"],
      ["postgres://u@h/d?target_session_attrs=planted", "the parameter target_session_attrs"],
      ["redis://h?db=planted", "the parameter db"],
      ["rediss://h/2?sslrootcert=planted", "the parameter sslrootcert"],
      ["postgres://u@h/d?planted%20word", "has a parameter, which"],
      ["redis://u:50%planted@h", "percent-encoding"],
      ["postgres://u:50%planted@h/d", "percent-encoding"],
      ["redis://h/planted", "not the number of a database"],
      ["postgres://u@h/d?max_connections=planted", "max_connections"],
      ["postgres://u@h/d?max_connections=0", "max_connections"],
      ["postgres://u@h/d?prepare=planted", "prepare"],
      ["postgres://u@h/d?sslmode=planted", "sslmode"],
      ["postgres://u@h/d?sslmode=prefer&sslrootcert=planted", "sslmode=verify-full"]
    ] as const) {
      const problem = problemOf(text)
      assert.include(problem, expected, text)
      assert.notInclude(problem, "planted")
    }
  })
})

describe("describe", () => {
  it("H1: names the store without password, query or fragment", () => {
    assert.deepStrictEqual(
      described("postgres://u:planted@h:5433/d?password=planted#planted"),
      Result.succeed("postgres://u@h:5433/d")
    )
    assert.deepStrictEqual(described("redis://:planted@h"), Result.succeed("redis://h"))
    assert.deepStrictEqual(described("sqlite:/x/../y.sqlite"), Result.succeed("sqlite:/y.sqlite"))
    assert.deepStrictEqual(described("memory:"), Result.succeed("memory:"))
  })

  it("H1: a URL shows its password in no JSON and no text", () => {
    const url = Result.getOrThrow(StoreUrl.fromText("postgres://u:planted@h/d"))
    assert.notInclude(JSON.stringify(url), "planted")
  })
})
