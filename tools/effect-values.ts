// Which values of Effect's are in a value: two copies of effect may be in one program, and a value of one must not get
// to the other.

/** Where they are, as paths from the value, such as `.headers` or ` itself`. */
export function effectValuesIn(value: unknown): ReadonlyArray<string> {
  const found: Array<string> = []
  const seen = new Set<unknown>()
  const visit = (each: unknown, path: string): void => {
    if ((typeof each !== "object" && typeof each !== "function") || each === null || seen.has(each)) return
    seen.add(each)
    if (marks(each).length > 0) found.push(path || " itself")
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(each)))
      visit(value, `${path}.${key}`)
  }
  visit(value, "")
  return found
}

/** What effect writes into its own values: keys such as `~effect/Effect`, of the value and of its prototypes. */
function marks(value: object): ReadonlyArray<string> {
  const names: Array<string> = []
  for (let each: object | null = value; each !== null; each = Object.getPrototypeOf(each)) {
    names.push(...Reflect.ownKeys(each).map((key) => (typeof key === "symbol" ? (key.description ?? "") : key)))
  }
  return names.filter((name) => /^~?effect\//.test(name))
}
