/**
 * The colours, the type and the spacing of every page of le-auth, as custom properties of CSS.
 *
 * A style takes them from here and has layout only, so that the pages of Sentinel, its inspector, the pages of the
 * sign-in and the example application look like one product.
 *
 * @since 0.1.0
 */

/**
 * The colours by name: first for a light page, then for a dark one.
 *
 * - `ground` is the page, `glow` the light at its top, `card` what lies on it, `tint` a quiet surface on a card.
 * - `edge` separates, and carries no meaning. `field` is the edge of a control.
 * - `ink` is text, `soft` is text of less weight, `accent` is a link or an action, `accent-ink` is text on it.
 * - `alarm`, `warn` and `good` are texts, each with its ground and its edge. `change` marks what changes data.
 *
 * @category models
 * @since 0.1.0
 */
export const colours = {
  ground: ["#f4f5fa", "#0b0e18"],
  glow: ["#e3e6fd", "#1a1f45"],
  card: ["#ffffff", "#141927"],
  tint: ["#eef0fe", "#1f2547"],
  edge: ["#e2e5ef", "#262d42"],
  field: ["#7b839b", "#717b98"],
  ink: ["#14182b", "#f0f2fa"],
  soft: ["#565e78", "#a6aec6"],
  accent: ["#4338ca", "#a5adff"],
  "accent-strong": ["#372fae", "#bfc5ff"],
  "accent-ink": ["#ffffff", "#10133a"],
  alarm: ["#a1142b", "#ffb4be"],
  "alarm-ground": ["#fdeef0", "#34161d"],
  "alarm-edge": ["#f6cdd4", "#5c2632"],
  warn: ["#7a4300", "#f5cf8e"],
  "warn-ground": ["#fff4e0", "#33260f"],
  "warn-edge": ["#f3d9a8", "#5d471d"],
  good: ["#11704b", "#86dfb5"],
  "good-ground": ["#e4f6ed", "#10302a"],
  "good-edge": ["#b9e3cd", "#1f5546"],
  change: ["#5b3d9e", "#c9b6ff"],
  shadow: ["rgb(24 28 60 / .12)", "rgb(0 0 0 / .45)"]
} as const

/**
 * The name of a colour.
 *
 * @category models
 * @since 0.1.0
 */
export type Colour = keyof typeof colours

const surfaces = ["ground", "glow", "card", "tint"] as const

/**
 * The contrasts that the colours keep: of texts 4.5, and of the edges of controls 3.
 *
 * @see {@link https://www.w3.org/TR/WCAG22/#contrast-minimum WCAG 2.2, 1.4.3}
 * @see {@link https://www.w3.org/TR/WCAG22/#non-text-contrast WCAG 2.2, 1.4.11}
 * @category models
 * @since 0.1.0
 */
export const contrasts: ReadonlyArray<{
  readonly of: Colour
  readonly on: ReadonlyArray<Colour>
  readonly least: number
}> = [
  { of: "ink", on: [...surfaces, "alarm-ground", "warn-ground", "good-ground"], least: 4.5 },
  { of: "soft", on: surfaces, least: 4.5 },
  { of: "accent", on: [...surfaces, "alarm-ground", "warn-ground", "good-ground"], least: 4.5 },
  { of: "accent-strong", on: surfaces, least: 4.5 },
  { of: "accent-ink", on: ["accent", "accent-strong"], least: 4.5 },
  { of: "alarm", on: ["ground", "card", "tint", "alarm-ground"], least: 4.5 },
  { of: "warn", on: ["ground", "card", "tint", "warn-ground"], least: 4.5 },
  { of: "good", on: ["ground", "card", "tint", "good-ground"], least: 4.5 },
  { of: "change", on: ["ground", "card", "tint"], least: 4.5 },
  { of: "field", on: surfaces, least: 3 }
]

const sizes = {
  font: `ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif`,
  mono: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  "text-xs": ".8rem",
  "text-s": ".875rem",
  "text-m": "1rem",
  "text-l": "1.2rem",
  "text-xl": "1.625rem",
  leading: "1.55",
  "space-1": ".25rem",
  "space-2": ".5rem",
  "space-3": ".75rem",
  "space-4": "1rem",
  "space-5": "1.5rem",
  "space-6": "2rem",
  "space-7": "2.5rem",
  "radius-s": ".4rem",
  "radius-m": ".7rem",
  "radius-l": "1.25rem",
  control: "3rem",
  "control-small": "2rem"
}

const properties = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `--${name}:${value}`)
    .join(";")

const scheme = (index: 0 | 1): string =>
  properties(Object.fromEntries(Object.entries(colours).map(([name, values]) => [name, values[index]])))

/**
 * The custom properties, for the start of a style: `--ink`, `--text-m`, `--space-4` and so on.
 *
 * - `--text-xs` to `--text-xl` are sizes of text; body text is `--text-m`, or `--text-s` in a dense tool.
 * - `--space-1` to `--space-7` are distances, `--radius-s` is for small controls, `-m` for controls, `-l` for cards.
 * - `--control` is the height of a control of a form (WCAG 2.2, 2.5.5), `--control-small` that of a control in a dense
 *   tool, above the least one of 24 pixels (2.5.8).
 *
 * @example
 * ```ts
 * import { tokens } from "@le-auth/core/shared/DesignTokens"
 *
 * const style = `${tokens}
 * body { color: var(--ink); background: var(--ground); font: var(--text-m)/var(--leading) var(--font) }`
 * style.includes("--ink:") // => true
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const tokens: string = `:root{color-scheme:light dark;${properties(sizes)};${scheme(0)}}
@media(prefers-color-scheme:dark){:root{${scheme(1)}}}`
