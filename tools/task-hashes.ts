// Prints the hashes that Nx would look up in its cache for the test targets, as JSON by name, of the repository in this
// folder.
import { readNxJson } from "nx/src/config/nx-json.js"
import { createTaskHasher } from "nx/src/hasher/create-task-hasher.js"
import { hashTasks } from "nx/src/hasher/hash-task.js"
import { createProjectGraphAsync } from "nx/src/project-graph/project-graph.js"
import { createTaskGraph } from "nx/src/tasks-runner/create-task-graph.js"

import { testTargets } from "./needs.ts"

const graph = await createProjectGraphAsync()
const tasks = createTaskGraph(graph, {}, Object.keys(graph.nodes), [...testTargets], undefined, {})
const hasher = createTaskHasher(graph, readNxJson())
const environments = Object.fromEntries(Object.keys(tasks.tasks).map((id) => [id, process.env]))
await hashTasks(hasher, graph, tasks, environments, null)
const hashes = Object.values(tasks.tasks)
  .filter(({ target }) => testTargets.some((name) => name === target.target))
  .map(({ hash, id }) => [id.replace("@le-auth/", ""), hash])
console.log(JSON.stringify(Object.fromEntries(hashes)))
process.exit()
