/** `.c4 { --c: 4 }` and so on, for the digits of a number: the policy of the page allows no `style` attribute. */
const digits = ["a", "b", "c", "d"]
  .flatMap((place) => Array.from({ length: 9 }, (_, index) => `.${place}${index + 1}{--${place}:${index + 1}}`))
  .join("")

/**
 * The style of all pages: light and dark, phone and desktop, without a web font or an image to load.
 *
 * Texts have a contrast of at least 4.5, and the edges of controls one of 3 (WCAG 2.2, 1.4.3 and 1.4.11); controls are
 * 44 pixels high (2.5.5). Edges stay visible where the system chooses the colours.
 */
export const style = `
@property --left { syntax: "<integer>"; inherits: true; initial-value: 0 }
:root {
  --ground: #f4f5fa; --glow: #e3e6fd; --card: #ffffff; --edge: #e2e5ef; --field: #8088a0; --ink: #14182b; --soft: #565e78;
  --accent: #4338ca; --accent-strong: #372fae; --accent-ink: #ffffff; --tint: #eef0fe; --alarm: #a1142b;
  --alarm-ground: #fdeef0; --alarm-edge: #f6cdd4; --good: #11704b; --good-ground: #e4f6ed; --shadow: rgb(24 28 60 / .12);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0b0e18; --glow: #1a1f45; --card: #141927; --edge: #262d42; --field: #717b98; --ink: #f0f2fa; --soft: #a6aec6;
    --accent: #a5adff; --accent-strong: #bfc5ff; --accent-ink: #10133a; --tint: #1f2547; --alarm: #ffb4be;
    --alarm-ground: #34161d; --alarm-edge: #5c2632; --good: #86dfb5; --good-ground: #10302a; --shadow: rgb(0 0 0 / .45);
  }
}
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column; align-items: center;
  justify-content: center; gap: 1.75rem; padding: 2rem 1rem; color: var(--ink); overflow-wrap: anywhere;
  background: radial-gradient(60rem 32rem at 50% -8rem, var(--glow), transparent) no-repeat var(--ground);
  font: 1rem/1.55 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
main {
  width: 100%; max-width: 26.5rem; padding: 2.5rem; background: var(--card); border: 1px solid var(--edge);
  border-radius: 1.25rem; box-shadow: 0 1px 2px var(--shadow), 0 1.5rem 3rem -1.25rem var(--shadow);
}
main:has(dl) { max-width: 34rem }
.mark {
  display: grid; place-items: center; width: 3rem; height: 3rem; margin-bottom: 1.5rem; border-radius: .9rem;
  color: var(--accent-ink); background: var(--accent);
}
.mark.alert { color: var(--alarm); background: var(--alarm-ground) }
.mark.check { color: var(--good); background: var(--good-ground) }
svg { display: block; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
h1 { margin: 0 0 .4rem; font-size: 1.625rem; line-height: 1.2; font-weight: 650; letter-spacing: -.02em; text-wrap: balance }
p { margin: 0 0 1rem }
.lead { margin-bottom: 1.5rem; color: var(--soft) }
.lead strong { color: var(--ink); font-weight: 600 }
.account {
  display: flex; align-items: center; gap: .75rem; margin: 0 0 1.75rem; padding: .65rem .8rem; border: 1px solid var(--edge);
  border-radius: .75rem; font-size: .925rem; line-height: 1.3;
}
.account strong { display: block; font-weight: 600 }
.account small { color: var(--soft); font-size: .85rem }
.initial {
  flex: none; display: grid; place-items: center; width: 2.25rem; height: 2.25rem; border-radius: 50%; font-weight: 650;
  color: var(--accent); background: var(--tint);
}
label { display: block; margin-bottom: .4rem; font-weight: 600; font-size: .9rem }
input:not([type=hidden]) {
  display: block; width: 100%; min-height: 3rem; margin-bottom: 1.25rem; padding: .65rem .85rem; font: inherit; color: inherit;
  background: var(--card); border: 1px solid var(--field); border-radius: .7rem;
}
input:not([type=hidden]):hover { border-color: var(--soft) }
input[aria-invalid=true] { border-color: var(--alarm) }
button, .button {
  display: block; width: 100%; min-height: 3rem; margin-top: .25rem; padding: .7rem 1rem; font: inherit; font-weight: 600;
  text-align: center; cursor: pointer; color: var(--accent-ink); background: var(--accent); border: 1px solid transparent;
  border-radius: .7rem; text-decoration: none;
}
button:hover, .button:hover { background: var(--accent-strong) }
button.quiet { margin-top: .75rem; color: var(--ink); background: transparent; border-color: var(--field) }
button.quiet:hover { border-color: var(--ink); background: transparent }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
input:focus-visible { outline-width: 2px; outline-offset: 1px }
[role=alert] {
  display: flex; gap: .65rem; margin-bottom: 1.5rem; padding: .8rem .9rem; color: var(--alarm);
  background: var(--alarm-ground); border: 1px solid var(--alarm-edge); border-radius: .75rem; font-size: .95rem; font-weight: 500;
}
[role=alert] svg { flex: none; margin-top: .1rem }
${digits}
@keyframes count { from { --left: var(--from) } to { --left: 0 } }
@keyframes over { from { content: counter(left) " s" } to { content: "Try again now." } }
.countdown {
  --from: calc(var(--a, 0) * 1000 + var(--b, 0) * 100 + var(--c, 0) * 10 + var(--d, 0));
  animation: count calc(var(--from) * 1s) linear both; counter-reset: left var(--left); font-variant-numeric: tabular-nums;
  white-space: nowrap;
}
.countdown::after { content: counter(left) " s"; animation: over 1ms step-end calc(var(--from) * 1s) both }
dl {
  display: grid; grid-template-columns: auto 1fr; gap: .4rem 1.25rem; margin: 1.75rem 0 0; padding-top: 1.5rem;
  border-top: 1px solid var(--edge); font-size: .875rem;
}
dt { color: var(--soft) }
dd { margin: 0 }
code { font: .95em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }
footer { max-width: 26.5rem; color: var(--soft); font-size: .8rem; text-align: center; text-wrap: balance }
@media (max-width: 30rem) {
  body { justify-content: flex-start; padding: 1rem .75rem 1.5rem }
  main { padding: 1.75rem 1.5rem }
}
`
