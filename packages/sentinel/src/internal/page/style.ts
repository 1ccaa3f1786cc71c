import { tokens } from "@le-auth/core/shared/DesignTokens"

/** `.c4 { --c: 4 }` and so on, for the digits of a number: the policy of the page allows no `style` attribute. */
const digits = ["a", "b", "c", "d"]
  .flatMap((place) => Array.from({ length: 9 }, (_, index) => `.${place}${index + 1}{--${place}:${index + 1}}`))
  .join("")

/**
 * The style of all pages: light and dark, phone and desktop, without a web font or an image to load.
 *
 * Controls are at least 44 pixels high (WCAG 2.2, 2.5.5). Edges stay visible where the system chooses the colours.
 */
export const style = `
@property --left { syntax: "<integer>"; inherits: true; initial-value: 0 }
${tokens}
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column; align-items: center;
  justify-content: center; gap: var(--space-5); padding: var(--space-6) var(--space-4); color: var(--ink); overflow-wrap: anywhere;
  background: radial-gradient(60rem 32rem at 50% -8rem, var(--glow), transparent) no-repeat var(--ground);
  font: var(--text-m)/var(--leading) var(--font);
}
main {
  width: 100%; max-width: 26.5rem; padding: var(--space-7); background: var(--card); border: 1px solid var(--edge);
  border-radius: var(--radius-l); box-shadow: 0 1px 2px var(--shadow), 0 1.5rem 3rem -1.25rem var(--shadow);
}
main:has(dl) { max-width: 34rem }
main.wide { max-width: 56rem }
.mark {
  display: grid; place-items: center; width: 3rem; height: 3rem; margin-bottom: var(--space-5); border-radius: var(--radius-m);
  color: var(--accent-ink); background: var(--accent);
}
.mark.alert { color: var(--alarm); background: var(--alarm-ground) }
.mark.check { color: var(--good); background: var(--good-ground) }
svg { display: block; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
h1 { margin: 0 0 var(--space-2); font-size: var(--text-xl); line-height: 1.2; font-weight: 650; letter-spacing: -.02em; text-wrap: balance }
h2 { margin: var(--space-6) 0 var(--space-2); font-size: var(--text-l); line-height: 1.3; font-weight: 650 }
h3 { margin: var(--space-5) 0 var(--space-2); font-size: var(--text-m); font-weight: 650 }
h4 { margin: var(--space-4) 0 var(--space-1); font-size: var(--text-s); font-weight: 600; color: var(--soft) }
p { margin: 0 0 var(--space-4) }
a { color: var(--accent) }
.soft { color: var(--soft) }
ul { margin: 0; padding-left: var(--space-4) }
.plain { padding: 0; list-style: none }
.plain > li { padding: var(--space-3) 0; border-top: 1px solid var(--edge) }
.plain p { margin: var(--space-1) 0 0; color: var(--soft); font-size: var(--text-s) }
.ways { margin-top: var(--space-5); padding: 0; list-style: none; font-size: var(--text-s) }
.ways li { padding: var(--space-1) 0 }
section { margin-top: var(--space-6); border-top: 1px solid var(--edge) }
summary { min-height: var(--control-small); padding: var(--space-1) 0; color: var(--accent); cursor: pointer; font-size: var(--text-s); font-weight: 600 }
pre {
  margin: 0; padding: var(--space-3); overflow-x: auto; background: var(--tint); border-radius: var(--radius-m);
  font-size: var(--text-xs); user-select: all;
}
pre code { font-size: inherit; overflow-wrap: normal }
.users { margin-bottom: var(--space-5) }
.users h2, .or { margin: 0 0 var(--space-2); font-size: var(--text-s); font-weight: 600; color: var(--soft) }
.users button.quiet { margin: 0 0 var(--space-2); text-align: left }
.or { display: flex; align-items: center; gap: var(--space-3); margin: 0 0 var(--space-4) }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--edge) }
.lead { margin-bottom: var(--space-5); color: var(--soft) }
.lead strong { color: var(--ink); font-weight: 600 }
.account {
  display: flex; align-items: center; gap: var(--space-3); margin: 0 0 var(--space-5); padding: var(--space-3); border: 1px solid var(--edge);
  border-radius: var(--radius-m); font-size: var(--text-s); line-height: 1.3;
}
.account strong { display: block; font-weight: 600 }
.account small { color: var(--soft); font-size: var(--text-xs) }
.initial {
  flex: none; display: grid; place-items: center; width: 2.25rem; height: 2.25rem; border-radius: 50%; font-weight: 650;
  color: var(--accent); background: var(--tint);
}
label { display: block; margin-bottom: var(--space-2); font-weight: 600; font-size: var(--text-s) }
input:not([type=hidden]) {
  display: block; width: 100%; min-height: var(--control); margin-bottom: var(--space-5); padding: var(--space-2) var(--space-3); font: inherit; color: inherit;
  background: var(--card); border: 1px solid var(--field); border-radius: var(--radius-m);
}
input:not([type=hidden]):hover { border-color: var(--soft) }
input[aria-invalid=true] { border-color: var(--alarm) }
button, .button {
  display: block; width: 100%; min-height: var(--control); margin-top: var(--space-1); padding: var(--space-3) var(--space-4); font: inherit; font-weight: 600;
  text-align: center; cursor: pointer; color: var(--accent-ink); background: var(--accent); border: 1px solid transparent;
  border-radius: var(--radius-m); text-decoration: none;
}
button:hover, .button:hover { background: var(--accent-strong) }
button.quiet { margin-top: var(--space-3); color: var(--ink); background: transparent; border-color: var(--field) }
button.quiet:hover { border-color: var(--ink); background: transparent }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
input:focus-visible { outline-width: 2px; outline-offset: 1px }
[role=alert] {
  display: flex; gap: var(--space-3); margin-bottom: var(--space-5); padding: var(--space-3); color: var(--alarm);
  background: var(--alarm-ground); border: 1px solid var(--alarm-edge); border-radius: var(--radius-m); font-size: var(--text-s); font-weight: 500;
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
  display: grid; grid-template-columns: auto 1fr; gap: var(--space-2) var(--space-5); margin: var(--space-5) 0 0; padding-top: var(--space-5);
  border-top: 1px solid var(--edge); font-size: var(--text-s);
}
dt { color: var(--soft) }
dd { margin: 0 }
dd ul { padding: 0; list-style: none }
code { font: .95em var(--mono) }
footer { max-width: 26.5rem; color: var(--soft); font-size: var(--text-xs); text-align: center; text-wrap: balance }
@media (max-width: 30rem) {
  body { justify-content: flex-start; padding: var(--space-4) var(--space-3) var(--space-5) }
  main { padding: var(--space-5) }
}
`
