/**
 * The headers that keep an answer private, and the content security policy of a page whose styles and scripts are part
 * of it.
 *
 * @since 0.1.0
 */
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Utf8 from "./Utf8.ts"

/**
 * No cache keeps the answer.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.5 RFC 9111 section 5.2.2.5}
 * @category models
 * @since 0.1.0
 */
export const noStore = { "cache-control": "no-store" } as const

/**
 * No cache keeps the answer, and no browser takes it for another type: for documents that programs read.
 *
 * @category models
 * @since 0.1.0
 */
export const documentHeaders = { ...noStore, "x-content-type-options": "nosniff" } as const

/**
 * Also, no later request tells its address: for redirects and pages.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.2.4 RFC 9700 section 4.2.4}
 * @category models
 * @since 0.1.0
 */
export const privateHeaders = { ...documentHeaders, "referrer-policy": "no-referrer" } as const

/**
 * What all pages with one policy have in them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Contents {
  /** The text of each `style` element. */
  readonly styles: ReadonlyArray<string>
  /** The text of each `script` element. Default: none. */
  readonly scripts?: ReadonlyArray<string> | undefined
  /** Sources that a script may call (`connect-src`). Default: none. */
  readonly connectSources?: ReadonlyArray<string> | undefined
  /** Sources of images, and of the icon that a browser asks for by itself (`img-src`). Default: none. */
  readonly imageSources?: ReadonlyArray<string> | undefined
}

/**
 * What one page needs.
 *
 * @category models
 * @since 0.1.0
 */
export interface PageOptions {
  /** Sources that a form may lead to, also by a redirect of the answer (`form-action`). Default: none. */
  readonly formTargets?: ReadonlyArray<string> | undefined
  /** Origins whose pages may show the page in a frame. Default: none. */
  readonly frameAncestors?: ReadonlyArray<string> | undefined
  /**
   * Default: `no-referrer`. A form of such a page comes with `Origin: null`. Over plain http to another host a browser
   * says nothing else, so only with `same-origin` a server can tell its own pages from others.
   */
  readonly referrerPolicy?: "no-referrer" | "same-origin" | undefined
  /** Default: `same-origin`. */
  readonly openerPolicy?: "same-origin" | "unsafe-none" | undefined
}

/**
 * Gives the headers of a page.
 *
 * @category models
 * @since 0.1.0
 */
export type PagePolicy = (page?: PageOptions) => Readonly<Record<string, string>>

const sourcesOf = (sources: ReadonlyArray<string> | undefined): string =>
  sources === undefined || sources.length === 0 ? "'none'" : sources.join(" ")

/**
 * Makes a {@link PagePolicy}. The hashes of styles and scripts are computed once.
 *
 * @see {@link https://www.w3.org/TR/CSP3/#framework-directive-source-list CSP Level 3 section 2.3.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.16 RFC 9700 section 4.16}
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  contents: Contents
): Effect.fn.Return<PagePolicy, never, Digest.Digest> {
  const digest = yield* Digest.Digest
  const hashesOf = (texts: ReadonlyArray<string>) =>
    Effect.forEach(texts, (text) =>
      Effect.map(digest.digest(Digest.sha256, Utf8.encode(text)), (hash) => `'sha256-${Base64.encode(hash)}'`)
    )
  const directive = (name: string, sources: ReadonlyArray<string>) =>
    sources.length === 0 ? [] : [`${name} ${sources.join(" ")}`]
  const contentDirectives = [
    "default-src 'none'",
    ...directive("style-src", yield* hashesOf(contents.styles)),
    ...directive("script-src", yield* hashesOf(contents.scripts ?? [])),
    ...directive("connect-src", contents.connectSources ?? []),
    ...directive("img-src", contents.imageSources ?? []),
    "base-uri 'none'"
  ].join("; ")

  return ({ formTargets, frameAncestors, openerPolicy, referrerPolicy } = {}) => ({
    ...privateHeaders,
    ...(referrerPolicy !== undefined && { "referrer-policy": referrerPolicy }),
    "content-security-policy": `${contentDirectives}; form-action ${sourcesOf(formTargets)}; frame-ancestors ${sourcesOf(frameAncestors)}`,
    // This header has no list of origins, so it can only say that there are none.
    ...(sourcesOf(frameAncestors) === "'none'" && { "x-frame-options": "DENY" }),
    "cross-origin-opener-policy": openerPolicy ?? "same-origin"
  })
})
