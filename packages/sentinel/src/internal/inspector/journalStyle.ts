/** The style of the views that show the journal: a list, and one of its lines in detail beside it. */
export const style = `
.search { display: grid; grid-template-columns: minmax(12rem, 2fr) repeat(3, minmax(8rem, 1fr)) auto; gap: var(--space-3); align-items: end; margin-bottom: var(--space-4) }
.split { display: grid; grid-template-columns: minmax(22rem, 5fr) minmax(0, 6fr); gap: var(--space-4); align-items: start }
.split .card { outline: none }
.card.entries { padding: 0; overflow: hidden }
.tools { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); padding: var(--space-2) var(--space-4); border-bottom: 1px solid var(--edge); font-size: var(--text-xs) }
.tools p { margin: 0; font-variant-numeric: tabular-nums }
.tools .end { display: flex; gap: var(--space-2); margin-left: auto }
.chip { padding: .1rem .5rem; border-radius: 1rem; background: var(--tint) }
.lines { overflow-y: auto; overscroll-behavior: contain; max-height: max(24rem, calc(100vh - 17rem)) }
.lines li + li { border-top: 1px solid var(--edge) }
.lines .nothing, #pages > * { margin: var(--space-3) var(--space-4) }
a.entry {
  display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0 var(--space-3); align-items: center; min-height: 2.6rem;
  padding: var(--space-2) var(--space-4); color: inherit; text-decoration: none; border-left: 3px solid transparent;
}
a.entry:hover { background: var(--ground) }
a.entry[aria-current] { background: var(--tint); border-left-color: var(--accent) }
a.entry:focus-visible { outline-offset: -2px }
.entry time { color: var(--soft); font-size: var(--text-xs); font-variant-numeric: tabular-nums }
.entry .what { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.result { display: inline-flex; align-items: center; gap: var(--space-2); color: var(--soft); font-size: var(--text-xs); font-variant-numeric: tabular-nums }
.entry .more { grid-column: 2 / -1; font-size: var(--text-xs); overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.reason { color: var(--alarm) }
.warning { color: var(--warn) }
.side { position: sticky; top: var(--space-4); min-width: 0 }
#detail { max-height: calc(100vh - 2rem); overflow-y: auto }
.detail-head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: var(--space-2); margin-bottom: var(--space-2) }
.detail-head h2 { margin: 0; font-size: var(--text-l); overflow-wrap: anywhere }
.to-list { display: none }
.notice { margin-bottom: var(--space-3); padding: var(--space-3); border: 1px solid var(--alarm-edge); border-radius: var(--radius-s); background: var(--alarm-ground) }
.notice.warning { border-color: var(--warn-edge); background: var(--warn-ground) }
.notice p { margin: .15rem 0 0; color: var(--ink); overflow-wrap: anywhere }
.steps li { padding: var(--space-2) 0; border-top: 1px solid var(--edge) }
.things { display: flex; flex-wrap: wrap; gap: 0 var(--space-3); font-size: var(--text-xs) }
.timeline li { position: relative; display: grid; grid-template-columns: 5rem minmax(0, 1fr); gap: var(--space-3); padding: 0 0 var(--space-3) }
.timeline time { color: var(--soft); font-size: var(--text-xs); line-height: 1.6rem; font-variant-numeric: tabular-nums; text-align: right }
.timeline li > div { position: relative; padding-left: var(--space-4); overflow-wrap: anywhere }
.timeline li > div::before { content: ""; position: absolute; left: 0; top: .45rem; width: .6rem; height: .6rem; border-radius: 50%; background: var(--good) }
.timeline li.refused > div::before { background: var(--alarm) }
.timeline li:not(:last-child) > div::after { content: ""; position: absolute; left: .25rem; top: 1.2rem; bottom: calc(-1 * var(--space-3) - .3rem); width: 2px; background: var(--edge) }
#curl { margin-top: var(--space-3) }
#curl summary { min-height: 1.75rem; line-height: 1.75rem; cursor: pointer; color: var(--soft) }
pre { margin: var(--space-2) 0 0; padding: var(--space-3); overflow-x: auto; font: var(--text-xs)/1.5 var(--mono); background: var(--ground); border: 1px solid var(--edge); border-radius: var(--radius-s) }
dd a, .things a, .timeline a { display: inline-block; min-height: 1.5rem; line-height: 1.5rem }
@media (max-width: 68rem) {
  .split { grid-template-columns: minmax(0, 1fr) }
  .search { grid-template-columns: 1fr 1fr }
  .search .wide { grid-column: 1 / -1 }
  .lines { max-height: 26rem }
  .side { position: static }
  #detail { max-height: none }
  .to-list { display: inline-flex }
}
@media (max-width: 30rem) { .entry .what { white-space: normal } }
`
