// Makes docs/openapi/reference.html from the OpenAPI documents: one page, readable without script and without network.

/** @typedef {Record<string, any>} Json */

const escapes = /** @type {const} */ ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })
/** @param {unknown} text */
const escape = (text) => String(text).replace(/[&<>"]/g, (character) => escapes[/** @type {"&"} */ (character)])

/** Code in backticks is code. @param {unknown} text */
const prose = (text) => escape(text ?? "").replace(/`([^`]+)`/g, "<code>$1</code>")

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent) }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em }
h2 { margin-top: 3rem } h3 { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: 1rem; overflow-wrap: anywhere }
.method { font-weight: 700; margin-right: 0.5rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
caption { text-align: left; font-weight: 600; padding-top: 1rem }
`

/** `array of "a" | "b"`; objects by their fields. @param {Json} schema @param {Json} root @param {number} [depth] @returns {string} */
const typeOf = (schema, root, depth = 0) => {
  if (schema === undefined || Object.keys(schema).length === 0) return "anything"
  if (schema["$ref"]) {
    const found = root["components"]?.schemas?.[schema["$ref"].split("/").at(-1)]
    return depth > 4 || found === undefined ? "…" : typeOf(found, root, depth)
  }
  if (schema["const"] !== undefined) return `<code>${escape(JSON.stringify(schema["const"]))}</code>`
  if (schema["enum"])
    return schema["enum"]
      .map((/** @type {unknown} */ value) => `<code>${escape(JSON.stringify(value))}</code>`)
      .join(" or ")
  const parts = schema["anyOf"] ?? schema["oneOf"]
  if (parts) return [...new Set(parts.map((/** @type {Json} */ part) => typeOf(part, root, depth + 1)))].join(" or ")
  if (schema["type"] === "array") return `list of ${typeOf(schema["items"], root, depth + 1)}`
  if (schema["type"] === "object" && depth < 4 && schema["properties"]) {
    const required = new Set(schema["required"] ?? [])
    const fields = Object.entries(/** @type {Json} */ (schema["properties"])).map(
      ([name, field]) =>
        `<code>${escape(name)}</code>${required.has(name) ? "" : "?"}: ${typeOf(field, root, depth + 1)}`
    )
    return fields.length === 0 ? "empty object" : `{ ${fields.join(", ")} }`
  }
  return escape(schema["type"] ?? "anything")
}

/** @param {string} caption @param {string[]} head @param {string[][]} rows cells are HTML */
const table = (caption, head, rows) =>
  rows.length === 0
    ? ""
    : `<table><caption>${caption}</caption><thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join("")}</tr></thead>
<tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("\n")}</tbody></table>`

/** @param {Json} content @param {Json} root */
const contentOf = (content, root) =>
  Object.entries(content ?? {}).map(([type, { schema }]) => [`<code>${escape(type)}</code>`, typeOf(schema, root)])

/** @param {string} path @param {string} method @param {Json} operation @param {Json} root */
const operationOf = (path, method, operation, root) => `
<section>
<h3 id="${escape(operation["operationId"])}"><span class="method">${method.toUpperCase()}</span><code>${escape(path)}</code></h3>
<p>${prose(operation["summary"] ?? "")} ${prose(operation["description"] ?? "")}</p>
${table(
  "Parameters",
  ["Name", "In", "Type", ""],
  (operation["parameters"] ?? []).map((/** @type {Json} */ parameter) => [
    `<code>${escape(parameter["name"])}</code>${parameter["required"] ? "" : "?"}`,
    escape(parameter["in"]),
    typeOf(parameter["schema"], root),
    prose(parameter["description"] ?? parameter["schema"]?.description ?? "")
  ])
)}
${table("Body", ["Type", "Content"], contentOf(operation["requestBody"]?.content, root))}
${table(
  "Answers",
  ["Status", "", "Content"],
  Object.entries(/** @type {Json} */ (operation["responses"] ?? {})).map(([status, response]) => [
    `<code>${escape(status)}</code>`,
    prose(response.description),
    contentOf(response.content, root)
      .map(([type, content]) => `${type} ${content}`)
      .join("<br>")
  ])
)}
</section>`

/** @param {Json} root */
const operationsOf = (root) =>
  Object.entries(/** @type {Json} */ (root["paths"])).flatMap(([path, methods]) =>
    Object.entries(/** @type {Json} */ (methods)).map(([method, operation]) => ({ path, method, operation }))
  )

/**
 * @param {Json[]} documents
 * @returns {string}
 */
export const referenceOf = (documents) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>HTTP reference of Sentinel</title>
<style>${style}</style>
</head>
<body>
<h1>HTTP reference of Sentinel</h1>
<p>Made from the contracts in the code. The same as OpenAPI documents is beside this page.</p>
<nav aria-label="Operations"><ul>
${documents
  .map(
    (root) => `<li>${escape(root["info"].title)}<ul>
${operationsOf(root)
  .map(
    ({ method, operation, path }) =>
      `<li><a href="#${escape(operation["operationId"])}">${method.toUpperCase()} <code>${escape(path)}</code></a></li>`
  )
  .join("\n")}
</ul></li>`
  )
  .join("\n")}
</ul></nav>
${documents
  .map(
    (root) => `<h2>${escape(root["info"].title)}</h2>
<p>${prose(root["info"].description ?? "")}</p>
${operationsOf(root)
  .map(({ method, operation, path }) => operationOf(path, method, operation, root))
  .join("\n")}`
  )
  .join("\n")}
</body>
</html>
`
