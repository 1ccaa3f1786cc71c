// The applications of examples/. Each one keeps to this, so that one table (Table.ts) is the test for all of them:
//
// - `npm run build`, `npm start` and `npm run dev` build it, start what was built, and start its development server, on
//   http://localhost:PORT. Its settings are `PORT` and those of le-auth, `LE_AUTH_*`.
// - `/` is a page, "Hello stranger" or "Hello SUBJECT" with a form that posts to `/auth/sign-out`.
// - `GET /api/me` is the session as JSON. `GET /api/users` and `POST /api/search`, with a JSON body that the framework
//   parses, are calls of the server to LivePerson. Their answer has LivePerson's status and text, or the status of the
//   `LeAuthError`.
// - le-auth is at `/auth`, with the redirect URI `/auth/callback`, and what the pages call is at `/auth/liveperson`.
// - An address that it does not know gets the framework's own 404.

export interface Example {
  /** Whether a script makes the page, from `/api/me`. */
  readonly scripted?: true
  /** What the framework says to an address that it does not know. */
  readonly notFound: RegExp
  /** The file that has the word "Hello" of the page, and that of le-auth. */
  readonly files: { readonly page: string; readonly auth: string }
  readonly development: {
    /** `npm run examples` tries these too, and `npm run frameworks` all. */
    readonly always?: true
    /** Whether a process starts anew after a change. Then sessions outlive it in a database only. */
    readonly restarts?: true
  }
  /** Settings of the framework's own, when it is built and when it runs. */
  readonly env?: (origin: string) => Record<string, string>
  /** Harmless words of the framework itself that are on the standard error, or speak of warnings or errors. */
  readonly says?: ReadonlyArray<RegExp>
}

/** By their folders. */
export const examples: Readonly<Record<string, Example>> = {
  express: {
    notFound: /Cannot GET \/nowhere/,
    files: { page: "page.ts", auth: "auth.ts" },
    development: { restarts: true }
  },
  fastify: {
    notFound: /Route GET:\/nowhere not found/,
    files: { page: "page.ts", auth: "auth.ts" },
    development: { restarts: true }
  },
  nest: {
    notFound: /Cannot GET \/nowhere/,
    files: { page: "src/page.ts", auth: "src/auth.ts" },
    development: { restarts: true },
    says: [/Found 0 errors/g]
  },
  hono: {
    notFound: /404 Not Found/,
    files: { page: "page.ts", auth: "auth.ts" },
    development: { restarts: true }
  },
  next: {
    notFound: /This page could not be found/,
    files: { page: "app/page.tsx", auth: "auth.ts" },
    development: { always: true }
  },
  sveltekit: {
    notFound: /Not Found/,
    files: { page: "src/routes/+page.svelte", auth: "src/lib/server/auth.ts" },
    development: { always: true },
    env: (origin) => ({ ORIGIN: origin, BODY_SIZE_LIMIT: "1M" }),
    // vite dev tells of each refusal.
    says: [/^[45]\d\d (?:GET|POST) \S+$/gm]
  },
  nuxt: {
    notFound: /Page not found/,
    files: { page: "app/app.vue", auth: "server/utils/auth.ts" },
    development: { restarts: true },
    says: [/^.*\bcss\.devSourcemap option is deprecated.*$/gm]
  },
  "react-router": {
    notFound: /404/,
    files: { page: "app/routes/home.tsx", auth: "app/auth.server.ts" },
    development: {},
    // It tells of a 404 with the stack.
    says: [/Error: No route matches URL "\/nowhere"[^]*?^}$/gm]
  }
}

/** Development servers in front of a page of its own and a backend, that of Express: scripts of examples/page. */
export const fronts = ["dev", "dev:webpack"]

/** Such a page, with the backend that answers `/auth` and `/api`. */
export const behindFront: Example = {
  scripted: true,
  notFound: /Cannot GET \/api\/nowhere/,
  files: { page: "page.ts", auth: "auth.ts" },
  development: { restarts: true },
  says: [/<i> \[webpack-dev-server\].*/g]
}
