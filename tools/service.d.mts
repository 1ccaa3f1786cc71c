declare module "vitest" {
  export interface ProvidedContext {
    /** Where tools/services.mjs answers. */
    readonly services: string
  }
}

/** The URL of the server that a module of `tools` starts. It starts when it is asked for the first time. */
export declare const urlOf: (module: URL) => Promise<string>
