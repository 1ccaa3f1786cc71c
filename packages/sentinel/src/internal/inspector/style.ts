import { tokens } from "@le-auth/core/shared/DesignTokens"
import { effects } from "./FaultSentence.ts"
import { style as journal } from "./journalStyle.ts"

/** What a part of a form can be `data-for`: the values of the options that bring it. */
const conditions = ["which-next", "which-nth", "which-every", ...Object.keys(effects)]

/** The style of the inspector: light and dark, phone and desktop, no web font, no image. */
export const style = `
${tokens}
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; grid-template-columns: 13.5rem minmax(0, 1fr);
  color: var(--ink); background: var(--ground); font: var(--text-s)/1.5 var(--font);
}
.skip { position: absolute; left: -100rem; z-index: 3; padding: .5rem .9rem; color: var(--accent-ink); background: var(--accent); border-radius: var(--radius-s) }
.skip:focus { left: .75rem; top: .75rem }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
header {
  position: sticky; top: 0; height: 100vh; height: 100dvh; display: flex; flex-direction: column; gap: 1.25rem; overflow-y: auto;
  padding: 1.1rem .75rem; background: var(--card); border-right: 1px solid var(--edge);
}
header .name { margin: 0; padding: 0 .6rem; font-weight: 650; font-size: var(--text-m); letter-spacing: -.01em; line-height: 1.35 }
header .name a { color: inherit; text-decoration: none }
header .name small { display: block; margin-top: .15rem; font-weight: 400; font-size: var(--text-xs); letter-spacing: 0; color: var(--soft) }
nav ul { display: flex; flex-direction: column; gap: .1rem }
nav a {
  display: flex; align-items: center; justify-content: space-between; gap: .4rem; min-height: var(--control-small); padding: .25rem .6rem;
  color: var(--soft); text-decoration: none; border-radius: var(--radius-s); font-weight: 550;
}
nav a:hover { color: var(--ink); background: var(--ground) }
nav a[aria-current] { color: var(--accent); background: var(--tint) }
.count { padding: 0 .4rem; border-radius: var(--radius-l); font-size: var(--text-xs); color: var(--alarm); background: var(--alarm-ground) }
.foot { display: flex; flex-direction: column; gap: .6rem; align-items: start; margin-top: auto; padding: 0 .6rem; font-size: var(--text-xs); color: var(--soft); font-variant-numeric: tabular-nums }
.page { min-width: 0; display: flex; flex-direction: column }
main { width: 100%; max-width: 96rem; padding: 1.5rem 1.75rem 3rem; outline: none }
.banner {
  display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 1rem; padding: .55rem 1.75rem; color: var(--alarm);
  background: var(--alarm-ground); border-bottom: 1px solid var(--alarm-edge);
}
.banner p { margin: 0 }
.head { margin-bottom: 1.1rem }
.head p { margin: 0 }
h1 { margin: 0; font-size: var(--text-l); font-weight: 650; letter-spacing: -.015em; line-height: 1.3 }
h2 { margin: 0 0 .75rem; font-size: var(--text-m); font-weight: 650 }
h3 { margin: 1rem 0 .4rem; font-size: var(--text-s) }
p { margin: 0 0 .75rem }
ul, ol { list-style: none; margin: 0; padding: 0 }
.soft { color: var(--soft) }
.nothing { margin: 0; padding: .6rem 0; color: var(--soft) }
.card { padding: 1.1rem 1.25rem; margin-bottom: 1.25rem; background: var(--card); border: 1px solid var(--edge); border-radius: var(--radius-m) }
label { display: block; font-weight: 600; font-size: var(--text-xs) }
input, select, textarea {
  display: block; width: 100%; height: var(--control-small); margin-top: .2rem; padding: .25rem .6rem; font: inherit; font-size: var(--text-s);
  font-weight: 400; color: inherit; background: var(--card); border: 1px solid var(--field); border-radius: var(--radius-s);
}
textarea { height: auto; min-height: 4.5rem }
input[type=checkbox] { height: 1.5rem; display: inline-block; width: 1.5rem; min-height: 1.5rem; margin: 0 .4rem 0 0; vertical-align: middle }
button, .button {
  display: inline-flex; align-items: center; justify-content: center; min-height: var(--control-small); padding: .3rem .85rem; font: inherit;
  font-weight: 600; cursor: pointer; color: var(--accent-ink); background: var(--accent); border: 1px solid transparent;
  border-radius: var(--radius-s); text-decoration: none; white-space: nowrap;
}
button:hover, .button:hover { background: var(--accent-strong) }
button.quiet, .button.quiet { color: var(--ink); background: transparent; border-color: var(--field) }
button.quiet:hover, .button.quiet:hover { border-color: var(--ink) }
button.danger { color: var(--card); background: var(--alarm) }
button.danger:hover { background: var(--alarm); filter: brightness(1.1) }
button.small, .button.small { min-height: 1.75rem; padding: .1rem .6rem; font-size: var(--text-xs) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin-bottom: .75rem }
[data-for] { display: none }
${conditions.map((one) => `form:has(option[value=${one}]:checked) [data-for~=${one}]`).join(",\n")} { display: inline-block }
.row { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin-bottom: .75rem }
.row > label { flex: 1; min-width: 10rem }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; justify-content: end }
li.item { display: flex; gap: .75rem; justify-content: space-between; align-items: start; padding: .6rem 0; border-top: 1px solid var(--edge) }
li.item > div { min-width: 0; overflow-wrap: anywhere }
a { color: var(--accent) }
code { font: .9em var(--mono); overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: 7rem minmax(0, 1fr); gap: .2rem .75rem; margin: 0; font-size: var(--text-s) }
dt { color: var(--soft); line-height: 1.5rem }
dd { margin: 0; overflow-wrap: anywhere; line-height: 1.5rem }
.badge { padding: .05rem .45rem; border-radius: var(--radius-l); font-size: var(--text-xs); font-weight: 600; white-space: nowrap; border: 1px solid var(--edge); color: var(--soft) }
.badge.good { color: var(--good); background: var(--good-ground); border-color: transparent }
.badge.bad { color: var(--alarm); background: var(--alarm-ground); border-color: transparent }
.badge.change { color: var(--change); background: var(--tint); border-color: transparent }
.badge.warn { color: var(--warn); background: var(--warn-ground); border-color: transparent }
dialog { max-width: min(30rem, 92vw); padding: 1.5rem; color: var(--ink); background: var(--card); border: 1px solid var(--edge); border-radius: var(--radius-l); box-shadow: 0 1.5rem 4rem -1rem var(--shadow) }
dialog::backdrop { background: color-mix(in srgb, var(--ground) 70%, transparent) }
[role=status] { position: fixed; left: 50%; bottom: 1.25rem; transform: translateX(-50%); width: max-content; max-width: min(44rem, 92vw); z-index: 2 }
[role=status]:not(:empty) { padding: .6rem 1rem; color: var(--ink); background: var(--card); border: 1px solid var(--field); border-radius: var(--radius-m); box-shadow: 0 1rem 2.5rem -1rem var(--shadow); white-space: pre-line }
.columns { columns: 27rem; column-gap: 1.25rem }
.columns > .card { break-inside: avoid }
.panes { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0 1.25rem; align-items: start }
.panes.has-detail { grid-template-columns: minmax(15rem, 24rem) minmax(0, 1fr) }
.panes h2 { overflow-wrap: anywhere }
.back { display: none }
.filter { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin-bottom: .75rem }
.filter > label { flex: 1; min-width: 8rem }
.rows > li { border-top: 1px solid var(--edge) }
.row-link { display: block; padding: .5rem .6rem; margin: 0 -.6rem; color: inherit; text-decoration: none; overflow-wrap: anywhere; border-radius: var(--radius-s) }
.row-link strong { display: block; font-weight: 600 }
.row-link:hover { background: var(--ground) }
.row-link[aria-current] { background: var(--tint) }
.row-link[aria-current] strong { color: var(--accent) }
.detail > section { margin-top: 1.25rem; padding-top: 1.1rem; border-top: 1px solid var(--edge) }
.detail .actions, .columns .actions { justify-content: start; margin: .75rem 0 }
li.item > .actions { margin: 0 !important; flex-wrap: nowrap }
form .actions { justify-content: start; margin: .75rem 0 }
.line { display: flex; flex-wrap: wrap; gap: 0 .6rem; align-items: start; margin: .75rem 0 }
.line > :is(label, .field) { flex: 1; min-width: min(14rem, 100%) }
.line > .actions { margin: 1.35rem 0 0 }
.card > :last-child, .card > form:last-child .actions { margin-bottom: 0 }
button.quiet.danger { color: var(--alarm); background: transparent; border-color: var(--field) }
button.quiet.danger:hover { border-color: var(--alarm) }
.ticks { display: flex; flex-wrap: wrap; gap: .4rem 1.25rem; margin-bottom: .75rem }
.tick { display: flex; align-items: center; font-weight: 400 }
fieldset { border: 0; margin: 0 0 .75rem; padding: 0 }
legend { padding: 0; margin-bottom: .3rem; font-weight: 600; font-size: var(--text-xs) }
.field small { display: block; margin-top: .2rem }
.fold { margin-top: .75rem }
.fold > summary { display: flex; align-items: center; min-height: var(--control-small); cursor: pointer; color: var(--accent); font-weight: 600 }
.fold > summary::before { content: "+"; width: 1.1rem }
.fold[open] > summary::before { content: "−" }
.answer { max-height: 24rem; overflow: auto; margin: .75rem 0 0; padding: .75rem; white-space: pre-wrap; overflow-wrap: anywhere; font: var(--text-xs)/1.5 var(--mono); background: var(--ground); border: 1px solid var(--edge); border-radius: var(--radius-s) }
.sentence { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin: 0; font-size: var(--text-m) }
.sentence :is(input, select) { display: inline-block; width: auto; max-width: 100%; margin: 0 }
.sentence input.few { width: 5rem }
.now { margin: 0; font-size: var(--text-l); font-weight: 650; font-variant-numeric: tabular-nums }
table { width: 100%; border-collapse: collapse; font-size: var(--text-xs) }
th, td { padding: .3rem .5rem .3rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--edge); overflow-wrap: anywhere }
th { font-weight: 600 }
${journal}
@media (forced-colors: active) {
  nav a[aria-current], a.entry[aria-current], .row-link[aria-current] { forced-color-adjust: none; color: HighlightText; background: Highlight }
  :is(a.entry, .row-link)[aria-current] * { color: inherit }
  a.entry:not([aria-current]) { border-left-color: Canvas }
  .timeline li > div::before { background: CanvasText }
  .timeline li > div::after { background: GrayText }
}
@media (max-width: 48rem) {
  body { display: block }
  header { position: static; height: auto; gap: .6rem; padding: .8rem .75rem .6rem; border-right: 0; border-bottom: 1px solid var(--edge) }
  nav ul { flex-direction: row; flex-wrap: wrap }
  .foot { flex-direction: row; align-items: center; justify-content: space-between; margin: 0 }
  main { padding: 1.1rem .75rem 2.5rem }
  .banner { padding: .55rem .75rem }
  .card { padding: .9rem }
  dl { grid-template-columns: 6.5rem minmax(0, 1fr) }
  .panes.has-detail { grid-template-columns: minmax(0, 1fr) }
  .panes.has-detail .list { display: none }
  .back { display: block }
}
`
