import { tokens } from "@le-auth/core/shared/DesignTokens"

/** The style of the inspector: light and dark, phone and desktop, no web font, no image. */
export const style = `
${tokens}
* { box-sizing: border-box }
body { margin: 0; color: var(--ink); background: var(--ground); font: var(--text-s)/1.5 var(--font) }
header {
  display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-3) var(--space-6); padding: var(--space-3) var(--space-5); background: var(--card);
  border-bottom: 1px solid var(--edge); position: sticky; top: 0; z-index: 1;
}
h1 { margin: 0; font-size: var(--text-l); letter-spacing: -.01em }
h1 small { display: block; font-weight: 400; font-size: var(--text-xs); color: var(--soft) }
h2 { margin: 0 0 var(--space-3); font-size: var(--text-m) }
h3 { margin: var(--space-4) 0 var(--space-2); font-size: var(--text-s) }
p { margin: 0 0 var(--space-3) }
.soft { color: var(--soft) }
.clock { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); margin-left: auto }
.clock time { font-variant-numeric: tabular-nums; font-weight: 600 }
main { display: grid; grid-template-columns: minmax(0, 1fr) 24rem; gap: var(--space-4); padding: var(--space-4) var(--space-5); max-width: 100rem; margin: 0 auto }
section { padding: var(--space-4) var(--space-4); background: var(--card); border: 1px solid var(--edge); border-radius: var(--radius-m) }
main > section { align-self: start }
aside { display: flex; flex-direction: column; gap: var(--space-4); min-width: 0 }
@media (max-width: 60rem) { main { grid-template-columns: minmax(0, 1fr); padding: var(--space-4) } header { position: static; padding: var(--space-3) var(--space-4) } .clock { margin-left: 0 } }
label { display: block; font-weight: 600; font-size: var(--text-xs) }
input, select {
  display: block; width: 100%; margin-top: var(--space-1); padding: var(--space-2) var(--space-2); font: inherit; font-weight: 400; color: inherit;
  background: var(--card); border: 1px solid var(--field); border-radius: var(--radius-s);
}
.banner { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-4); padding: var(--space-2) var(--space-5); color: var(--alarm); background: var(--alarm-ground); border-bottom: 1px solid var(--edge) }
.banner p { margin: 0 }
.clock input { display: inline-block; width: 6rem; margin: 0 }
button, .button {
  padding: var(--space-2) var(--space-3); font: inherit; font-weight: 600; cursor: pointer; color: var(--accent-ink); background: var(--accent);
  border: 1px solid transparent; border-radius: var(--radius-s);
}
button.quiet { color: var(--ink); background: transparent; border-color: var(--field) }
button.small { padding: .1rem var(--space-2); font-size: var(--text-xs) }
button:hover { filter: brightness(1.08) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: var(--space-2); margin-bottom: var(--space-3) }
[data-for] { display: none }
form:has(option[value=oauth-error]:checked) [data-for~=oauth-error],
form:has(option[value=too-many-requests]:checked) [data-for~=too-many-requests],
form:has(option[value=server-error]:checked) [data-for~=server-error],
form:has(option[value=delay]:checked) [data-for~=delay] { display: block }
.row { display: flex; gap: var(--space-2); align-items: end; margin-bottom: var(--space-3) }
.row > label { flex: 1 }
ul { list-style: none; margin: 0 0 var(--space-3); padding: 0 }
li.item { display: flex; gap: var(--space-3); justify-content: space-between; align-items: start; padding: var(--space-2) 0; border-top: 1px solid var(--edge) }
li.item > div { min-width: 0; overflow-wrap: anywhere }
a { color: var(--accent) }
code { font: .9em var(--mono); overflow-wrap: anywhere }
.entries { margin: 0 }
.entry { border-top: 1px solid var(--edge) }
.entry summary { display: grid; grid-template-columns: 5.2rem 4.6rem minmax(0, 1fr) auto; gap: var(--space-1) var(--space-3); padding: var(--space-2) var(--space-1); cursor: pointer; align-items: baseline }
.entry summary::marker { content: "" }
.entry summary:hover { background: color-mix(in srgb, var(--accent) 6%, transparent) }
.entry time { font-variant-numeric: tabular-nums; color: var(--soft) }
.entry .reason { grid-column: 3 / -1; color: var(--alarm) }
.entry .warning { grid-column: 3 / -1 }
.entry dl { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: .15rem var(--space-3); margin: 0; padding: var(--space-1) var(--space-1) var(--space-3) 5.95rem; font-size: var(--text-s) }
.entry dt { color: var(--soft) }
.entry dd { margin: 0; overflow-wrap: anywhere }
@media (max-width: 40rem) { .entry summary { grid-template-columns: auto minmax(0, 1fr) auto } .entry .what { grid-column: 1 / -1; grid-row: 2 } .entry :is(.reason, .warning) { grid-column: 1 / -1 } .entry dl { padding-left: .25rem; grid-template-columns: 6.5rem minmax(0, 1fr) } }
.badge { padding: .05rem .45rem; border-radius: var(--radius-l); font-size: var(--text-xs); font-weight: 600; white-space: nowrap; border: 1px solid var(--edge); color: var(--soft) }
.badge.good { color: var(--good); background: var(--good-ground); border-color: transparent }
.badge.bad { color: var(--alarm); background: var(--alarm-ground); border-color: transparent }
.badge.change { color: var(--change) }
[role=status] { position: fixed; left: 50%; bottom: 1.25rem; transform: translateX(-50%); max-width: min(44rem, 92vw); z-index: 2 }
[role=status]:not(:empty) { padding: var(--space-2) var(--space-4); color: var(--ink); background: var(--card); border: 1px solid var(--field); border-radius: var(--radius-m); box-shadow: 0 1rem 2.5rem -1rem var(--shadow); white-space: pre-line }
`
