/** The calls of LivePerson's interface that a Markdown text shows, as paths that a Sentinel can be asked. */

/** A path up to its end in code, shell or prose. An expression of a template may be in it. */
const call = /\/(?:sentinel\/)?api\/(?:v2\/)?account\/(?:\$\{[^}]*\}|[^\s"'`<>|$])+/g

const constant = /^\s*(?:export )?const (\w+) = ["'`](\/[^"'`]*)["'`]$/gm

/** Puts constants of a block of code in their places. A part of a call does not count as one. */
const inlined = (block: string): string => {
  let text = block
  for (const [line, name, value] of block.matchAll(constant)) {
    const use = `\${${name}}`
    if (block.includes(use)) text = text.replace(line, "").replaceAll(use, value!)
  }
  return text
}

/** What a reader puts there: an account and a user that exist. */
const filled = (path: string, account: string, user: string): string =>
  path.replace(/(\/account\/)[^/]+/, `$1${account}`).replace(/(\/le-users\/users\/)(?:\$\{[^}]*\}|[^/?])+/, `$1${user}`)

/** All calls of a text. Patterns of paths are none, and neither is what only names the beginning of one. */
export const documentedCalls = (markdown: string, account: string, user: string): ReadonlyArray<string> =>
  markdown
    .split(/^```.*$/m)
    .flatMap((block, index) => (index % 2 === 0 ? [block] : [inlined(block)]))
    .flatMap((block) => block.split("\n"))
    .filter((line) => !line.includes("paths:") && !/-X (?:POST|PUT|DELETE)/.test(line))
    .flatMap((line) => {
      // The command adds fields of a GET to the query.
      const fields = [...line.matchAll(/ -f (\w+=[^\s']+)/g)].map(([, field]) => field)
      return (line.match(call) ?? [])
        .filter((path) => !/[*…]|ACCOUNT\//.test(path))
        .map((path) => [path, ...fields].join(path.includes("?") ? "&" : fields.length > 0 ? "?" : ""))
    })
    .map((path) => filled(path, account, user))
