/** The style of the inspector: light and dark, phone and desktop, no web font, no image. */
export const style = `
:root {
  --ground: #f4f5fa; --card: #ffffff; --edge: #e2e5ef; --field: #8088a0; --ink: #14182b; --soft: #565e78;
  --accent: #4338ca; --accent-strong: #372fae; --accent-ink: #ffffff; --tint: #eef0fe; --alarm: #a1142b;
  --alarm-ground: #fdeef0; --alarm-edge: #f6cdd4; --good: #11704b; --good-ground: #e4f6ed; --shadow: rgb(24 28 60 / .12);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0b0e18; --card: #141927; --edge: #262d42; --field: #717b98; --ink: #f0f2fa; --soft: #a6aec6;
    --accent: #a5adff; --accent-strong: #bfc5ff; --accent-ink: #10133a; --tint: #1f2547; --alarm: #ffb4be;
    --alarm-ground: #34161d; --alarm-edge: #5c2632; --good: #86dfb5; --good-ground: #10302a; --shadow: rgb(0 0 0 / .45);
  }
}
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; grid-template-columns: 13.5rem minmax(0, 1fr);
  color: var(--ink); background: var(--ground); font: .9rem/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
.skip { position: absolute; left: -100rem; z-index: 3; padding: .5rem .9rem; color: var(--accent-ink); background: var(--accent); border-radius: .5rem }
.skip:focus { left: .75rem; top: .75rem }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
header {
  position: sticky; top: 0; height: 100vh; height: 100dvh; display: flex; flex-direction: column; gap: 1.25rem; overflow-y: auto;
  padding: 1.1rem .75rem; background: var(--card); border-right: 1px solid var(--edge);
}
header .name { margin: 0; padding: 0 .6rem; font-weight: 650; font-size: 1.05rem; letter-spacing: -.01em; line-height: 1.35 }
header .name a { color: inherit; text-decoration: none }
header .name small { display: block; margin-top: .15rem; font-weight: 400; font-size: .75rem; letter-spacing: 0; color: var(--soft) }
nav ul { display: flex; flex-direction: column; gap: .1rem }
nav a {
  display: flex; align-items: center; justify-content: space-between; gap: .4rem; min-height: 2.1rem; padding: .25rem .6rem;
  color: var(--soft); text-decoration: none; border-radius: .5rem; font-weight: 550;
}
nav a:hover { color: var(--ink); background: var(--ground) }
nav a[aria-current] { color: var(--accent); background: var(--tint) }
.count { padding: 0 .4rem; border-radius: 1rem; font-size: .75rem; color: var(--alarm); background: var(--alarm-ground) }
.foot { display: flex; flex-direction: column; gap: .6rem; align-items: start; margin-top: auto; padding: 0 .6rem; font-size: .75rem; color: var(--soft); font-variant-numeric: tabular-nums }
.page { min-width: 0; display: flex; flex-direction: column }
main { width: 100%; max-width: 96rem; padding: 1.5rem 1.75rem 3rem; outline: none }
.banner {
  display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 1rem; padding: .55rem 1.75rem; color: var(--alarm);
  background: var(--alarm-ground); border-bottom: 1px solid var(--alarm-edge);
}
.banner p { margin: 0 }
.head { margin-bottom: 1.1rem }
.head p { margin: 0 }
h1 { margin: 0; font-size: 1.35rem; font-weight: 650; letter-spacing: -.015em; line-height: 1.3 }
h2 { margin: 0 0 .75rem; font-size: 1rem; font-weight: 650 }
h3 { margin: 1rem 0 .4rem; font-size: .875rem }
p { margin: 0 0 .75rem }
ul, ol { list-style: none; margin: 0; padding: 0 }
.soft { color: var(--soft) }
.nothing { margin: 0; padding: .6rem 0; color: var(--soft) }
.card { padding: 1.1rem 1.25rem; margin-bottom: 1.25rem; background: var(--card); border: 1px solid var(--edge); border-radius: .8rem }
label { display: block; font-weight: 600; font-size: .825rem }
input, select, textarea {
  display: block; width: 100%; min-height: 2.1rem; margin-top: .2rem; padding: .35rem .6rem; font: inherit; font-size: .9rem;
  font-weight: 400; color: inherit; background: var(--card); border: 1px solid var(--field); border-radius: .5rem;
}
input[type=checkbox] { display: inline-block; width: 1.5rem; min-height: 1.5rem; margin: 0 .4rem 0 0; vertical-align: middle }
button, .button {
  display: inline-flex; align-items: center; justify-content: center; min-height: 2.1rem; padding: .3rem .85rem; font: inherit;
  font-weight: 600; cursor: pointer; color: var(--accent-ink); background: var(--accent); border: 1px solid transparent;
  border-radius: .5rem; text-decoration: none; white-space: nowrap;
}
button:hover, .button:hover { background: var(--accent-strong) }
button.quiet, .button.quiet { color: var(--ink); background: transparent; border-color: var(--field) }
button.quiet:hover, .button.quiet:hover { border-color: var(--ink) }
button.danger { color: var(--card); background: var(--alarm) }
button.small, .button.small { min-height: 1.75rem; padding: .1rem .6rem; font-size: .8rem }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin-bottom: .75rem }
[data-for] { display: none }
form:has(option[value=oauth-error]:checked) [data-for~=oauth-error],
form:has(option[value=too-many-requests]:checked) [data-for~=too-many-requests],
form:has(option[value=server-error]:checked) [data-for~=server-error],
form:has(option[value=delay]:checked) [data-for~=delay] { display: block }
.row { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin-bottom: .75rem }
.row > label { flex: 1; min-width: 10rem }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; justify-content: end }
li.item { display: flex; gap: .75rem; justify-content: space-between; align-items: start; padding: .6rem 0; border-top: 1px solid var(--edge) }
li.item > div { min-width: 0; overflow-wrap: anywhere }
a { color: var(--accent) }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere }
.entry { border-top: 1px solid var(--edge) }
.entry summary { display: grid; grid-template-columns: 5.2rem 4.6rem minmax(0, 1fr) auto; gap: .2rem .75rem; padding: .5rem .25rem; cursor: pointer; align-items: baseline }
.entry summary::marker { content: "" }
.entry time { font-variant-numeric: tabular-nums; color: var(--soft) }
.entry .reason { grid-column: 3 / -1; color: var(--alarm) }
.entry .warning { grid-column: 3 / -1 }
dl { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: .2rem .75rem; margin: 0; font-size: .875rem }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
.badge { padding: .05rem .45rem; border-radius: 1rem; font-size: .8rem; font-weight: 600; white-space: nowrap; border: 1px solid var(--edge); color: var(--soft) }
.badge.good { color: var(--good); background: var(--good-ground); border-color: transparent }
.badge.bad { color: var(--alarm); background: var(--alarm-ground); border-color: transparent }
.badge.change { color: var(--accent); background: var(--tint); border-color: transparent }
dialog { max-width: min(30rem, 92vw); padding: 1.5rem; color: var(--ink); background: var(--card); border: 1px solid var(--edge); border-radius: 1rem; box-shadow: 0 1.5rem 4rem -1rem var(--shadow) }
dialog::backdrop { background: rgb(10 14 30 / .45) }
[role=status] { position: fixed; left: 50%; bottom: 1.25rem; transform: translateX(-50%); width: max-content; max-width: min(44rem, 92vw); z-index: 2 }
[role=status]:not(:empty) { padding: .6rem 1rem; color: var(--ink); background: var(--card); border: 1px solid var(--field); border-radius: .6rem; box-shadow: 0 1rem 2.5rem -1rem var(--shadow); white-space: pre-line }
@media (max-width: 48rem) {
  body { display: block }
  header { position: static; height: auto; gap: .6rem; padding: .8rem .75rem .6rem; border-right: 0; border-bottom: 1px solid var(--edge) }
  nav ul { flex-direction: row; flex-wrap: wrap }
  .foot { flex-direction: row; align-items: center; justify-content: space-between; margin: 0 }
  main { padding: 1.1rem .75rem 2.5rem }
  .banner { padding: .55rem .75rem }
  .card { padding: .9rem }
  dl { grid-template-columns: 6.5rem minmax(0, 1fr) }
  .entry summary { grid-template-columns: auto minmax(0, 1fr) auto }
  .entry .what { grid-column: 1 / -1; grid-row: 2 }
  .entry :is(.reason, .warning) { grid-column: 1 / -1 }
}
`
