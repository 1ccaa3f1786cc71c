declare module "vitest" {
  interface ProvidedContext {
    /** Where files of tests ask: the path of a question is the name of a service, the answer its URL. */
    readonly services: string
  }
}

/** The URL of PostgreSQL, of an empty database of Redis, or of the folder with an app as it is published. */
export declare const urlOf: (name: "postgres" | "redis" | "cli" | "server") => Promise<string>
