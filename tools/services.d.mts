import type { TestProject } from "vitest/node"

declare module "vitest" {
  interface ProvidedContext {
    /** The path of a question is the name of a service, the answer its URL. */
    readonly services: string
  }
}

/** What files of tests are given: the address at which they ask. */
export declare const provided = "services"

declare const setup: (project: TestProject) => Promise<() => Promise<void>>
export default setup
