/** The style of the inspector: light and dark, phone and desktop, no web font, no image. */
export const style = `
:root {
  --ground: #eef1f8; --card: #ffffff; --line: #d5dbe8; --ink: #151a2d; --soft: #55607a; --accent: #3346d3;
  --accent-ink: #ffffff; --alarm: #a3162b; --alarm-ground: #fdecee; --good: #14683a; --good-ground: #e6f5ec;
  --change: #4a4a8a; --focus: #7b8cff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0d111c; --card: #161c2b; --line: #2f3850; --ink: #eef1fa; --soft: #a9b3ca; --accent: #93a1ff;
    --accent-ink: #0c1130; --alarm: #ffb3bd; --alarm-ground: #3a1820; --good: #9be0b8; --good-ground: #12321f;
    --change: #b9b9f5; --focus: #93a1ff;
  }
}
* { box-sizing: border-box }
body { margin: 0; color: var(--ink); background: var(--ground); font: .925rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
header {
  display: flex; flex-wrap: wrap; align-items: center; gap: .75rem 2rem; padding: .9rem 1.5rem; background: var(--card);
  border-bottom: 1px solid var(--line); position: sticky; top: 0; z-index: 1;
}
h1 { margin: 0; font-size: 1.15rem; letter-spacing: -.01em }
h1 small { display: block; font-weight: 400; font-size: .8rem; color: var(--soft) }
h2 { margin: 0 0 .75rem; font-size: 1rem }
h3 { margin: 1rem 0 .4rem; font-size: .875rem }
p { margin: 0 0 .75rem }
.soft { color: var(--soft) }
.clock { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin-left: auto }
.clock time { font-variant-numeric: tabular-nums; font-weight: 600 }
main { display: grid; grid-template-columns: minmax(0, 1fr) 24rem; gap: 1.25rem; padding: 1.25rem 1.5rem; max-width: 100rem; margin: 0 auto }
section { padding: 1.1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .8rem }
main > section { align-self: start }
aside { display: flex; flex-direction: column; gap: 1.25rem; min-width: 0 }
@media (max-width: 60rem) { main { grid-template-columns: minmax(0, 1fr); padding: 1rem } header { position: static; padding: .9rem 1rem } .clock { margin-left: 0 } }
label { display: block; font-weight: 600; font-size: .825rem }
input, select {
  display: block; width: 100%; margin-top: .2rem; padding: .4rem .55rem; font: inherit; font-weight: 400; color: inherit;
  background: var(--card); border: 1px solid var(--soft); border-radius: .4rem;
}
.banner { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; padding: .6rem 1.5rem; color: var(--alarm); background: var(--alarm-ground); border-bottom: 1px solid var(--line) }
.banner p { margin: 0 }
.clock input { display: inline-block; width: 6rem; margin: 0 }
button, .button {
  padding: .4rem .8rem; font: inherit; font-weight: 600; cursor: pointer; color: var(--accent-ink); background: var(--accent);
  border: 1px solid transparent; border-radius: .4rem;
}
button.quiet { color: var(--ink); background: transparent; border-color: var(--soft) }
button.small { padding: .1rem .5rem; font-size: .8rem }
button:hover { filter: brightness(1.08) }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: .6rem; margin-bottom: .75rem }
[data-for] { display: none }
form:has(option[value=oauth-error]:checked) [data-for~=oauth-error],
form:has(option[value=too-many-requests]:checked) [data-for~=too-many-requests],
form:has(option[value=server-error]:checked) [data-for~=server-error],
form:has(option[value=delay]:checked) [data-for~=delay] { display: block }
.row { display: flex; gap: .5rem; align-items: end; margin-bottom: .75rem }
.row > label { flex: 1 }
ul { list-style: none; margin: 0 0 .75rem; padding: 0 }
li.item { display: flex; gap: .75rem; justify-content: space-between; align-items: start; padding: .5rem 0; border-top: 1px solid var(--line) }
li.item > div { min-width: 0; overflow-wrap: anywhere }
a { color: var(--accent) }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere }
.entries { margin: 0 }
.entry { border-top: 1px solid var(--line) }
.entry summary { display: grid; grid-template-columns: 5.2rem 4.6rem minmax(0, 1fr) auto; gap: .2rem .75rem; padding: .5rem .25rem; cursor: pointer; align-items: baseline }
.entry summary::marker { content: "" }
.entry summary:hover { background: color-mix(in srgb, var(--accent) 6%, transparent) }
.entry time { font-variant-numeric: tabular-nums; color: var(--soft) }
.entry .reason { grid-column: 3 / -1; color: var(--alarm) }
.entry .warning { grid-column: 3 / -1 }
.entry dl { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: .15rem .75rem; margin: 0; padding: .25rem .25rem .9rem 5.95rem; font-size: .875rem }
.entry dt { color: var(--soft) }
.entry dd { margin: 0; overflow-wrap: anywhere }
@media (max-width: 40rem) { .entry summary { grid-template-columns: auto minmax(0, 1fr) auto } .entry .what { grid-column: 1 / -1; grid-row: 2 } .entry :is(.reason, .warning) { grid-column: 1 / -1 } .entry dl { padding-left: .25rem; grid-template-columns: 6.5rem minmax(0, 1fr) } }
.badge { padding: .05rem .45rem; border-radius: 1rem; font-size: .8rem; font-weight: 600; white-space: nowrap; border: 1px solid var(--line); color: var(--soft) }
.badge.good { color: var(--good); background: var(--good-ground); border-color: transparent }
.badge.bad { color: var(--alarm); background: var(--alarm-ground); border-color: transparent }
.badge.change { color: var(--change) }
[role=status] { position: fixed; left: 50%; bottom: 1.25rem; transform: translateX(-50%); max-width: min(44rem, 92vw); z-index: 2 }
[role=status]:not(:empty) { padding: .6rem 1rem; color: var(--ink); background: var(--card); border: 1px solid var(--soft); border-radius: .6rem; box-shadow: 0 1rem 2.5rem -1rem rgb(10 16 40 / .5); white-space: pre-line }
`
