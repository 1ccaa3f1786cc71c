// Which Node the tests run on: an input of their results, for Nx.
import { execFileSync } from "node:child_process"

const node = process.env["LE_AUTH_TEST_NODE"] ?? process.execPath
console.log(
  execFileSync(node, ["-p", "[process.version, process.platform, process.arch].join()"], { encoding: "utf8" })
)
