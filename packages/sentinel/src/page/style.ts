/**
 * The style of all pages: light and dark, phone and desktop, no web font, no image.
 *
 * @since 0.1.0
 */
export const style = `
:root {
  --ground: #eef1f8; --glow: #dfe6fb; --card: #ffffff; --line: #d5dbe8; --ink: #151a2d; --soft: #55607a;
  --accent: #3346d3; --accent-ink: #ffffff; --alarm: #a3162b; --alarm-ground: #fdecee; --focus: #7b8cff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0d111c; --glow: #1a2140; --card: #161c2b; --line: #2f3850; --ink: #eef1fa; --soft: #a9b3ca;
    --accent: #93a1ff; --accent-ink: #0c1130; --alarm: #ffb3bd; --alarm-ground: #3a1820; --focus: #93a1ff;
  }
}
* { box-sizing: border-box }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center; justify-content: center;
  gap: 1.5rem; padding: 1.5rem 1rem; color: var(--ink);
  background: radial-gradient(70rem 40rem at 50% -10rem, var(--glow), transparent) var(--ground);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main {
  width: 100%; max-width: 26rem; padding: 2.25rem 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 1rem; box-shadow: 0 1.25rem 3rem -1.5rem rgb(10 16 40 / .35);
}
main:has(dl) { max-width: 36rem }
h1 { margin: 0 0 .35rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -.015em }
p { margin: 0 0 1rem }
.lead { margin-bottom: 1.5rem; color: var(--soft) }
.lead strong { color: var(--ink); font-weight: 600 }
label { display: block; margin-bottom: .35rem; font-weight: 600; font-size: .925rem }
input:not([type=hidden]) {
  display: block; width: 100%; margin-bottom: 1.1rem; padding: .7rem .8rem; font: inherit; color: inherit;
  background: transparent; border: 1px solid var(--soft); border-radius: .55rem;
}
button, .button {
  display: block; width: 100%; padding: .75rem 1rem; font: inherit; font-weight: 600; text-align: center; cursor: pointer;
  color: var(--accent-ink); background: var(--accent); border: 0; border-radius: .55rem; text-decoration: none;
}
button:hover, .button:hover { filter: brightness(1.08) }
button.quiet { margin-top: .75rem; color: var(--ink); background: transparent; border: 1px solid var(--line) }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px }
[role=alert] {
  margin-bottom: 1.25rem; padding: .75rem .9rem; color: var(--alarm); background: var(--alarm-ground);
  border-radius: .55rem; font-weight: 500;
}
dl { margin: 1.5rem 0 0; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: .9rem }
dt { color: var(--soft) }
dd { margin: 0 0 .75rem; overflow-wrap: anywhere }
dd:last-child { margin-bottom: 0 }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }
footer { color: var(--soft); font-size: .8rem; text-align: center; text-wrap: balance }
@media (max-width: 26rem) { main { padding: 1.75rem 1.25rem } }
`
