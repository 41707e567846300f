/** Colours, letters, and the parts that all pages have. Colours of text reach a contrast of 4.5 to what is behind them. */
export const baseStyle = `
:root {
  color-scheme: light dark;
  --paper: #f4f5f8; --card: #fff; --ink: #171b21; --soft: #566070; --line: #dfe3e9; --field: #f6f7fa;
  --bad: #b3261e; --bad-paper: #fdecea; --bad-fill: #c62f26; --on-fill: #fff;
  --good: #0b6b3c; --good-paper: #e7f5ed; --note: #7d4a00; --note-paper: #fdf2dc;
  --cause: #5a35b0; --cause-paper: #f0ebfc; --link: #1b55c4;
  --mark: #ffd9a8; --mark-ink: #5c2c00; --shade: 0 1px 2px rgb(20 30 50 / 6%), 0 4px 16px rgb(20 30 50 / 5%);
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, "DejaVu Sans Mono", "Noto Sans Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #0f1217; --card: #171b22; --ink: #e5e9ef; --soft: #9ba7b6; --line: #2a313b; --field: #1d222a;
    --bad: #ff9b92; --bad-paper: #3b1a18; --bad-fill: #d9473d; --on-fill: #1a0504;
    --good: #6ed6a0; --good-paper: #12301f; --note: #f0c268; --note-paper: #34270f;
    --cause: #c9b4ff; --cause-paper: #2a2144; --link: #92b8ff;
    --mark: #6b3f00; --mark-ink: #ffe2bd; --shade: none;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; overflow-wrap: anywhere; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
main, body > header, body > footer { max-width: 78rem; margin: 0 auto; padding: 0 1rem; }
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: .25rem; }
code, pre, .chain, .lines { font-family: var(--mono); font-size: .86em; }
code { overflow-wrap: anywhere; unicode-bidi: isolate; white-space: pre-wrap; }
mark { background: var(--mark); color: var(--mark-ink); border-radius: .2em; font-weight: 600; text-decoration: underline; text-underline-offset: .2em; padding: 0 .06em; }
.soft, .directory, .size { color: var(--soft); }
.size { font-size: .85rem; font-variant-numeric: tabular-nums; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -.015em; margin: 0; text-wrap: balance; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .9rem; letter-spacing: -.01em; }
h3 { font-size: 1.02rem; margin: 0; line-height: 1.4; overflow-wrap: anywhere; }
h3 code { font-size: 1em; font-weight: 650; }
p { margin: .4rem 0; }
.lead { color: var(--soft); margin: -.5rem 0 .9rem; max-width: 62rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .5rem 1rem; }
.top { display: flex; flex-wrap: wrap; gap: .35rem 1.5rem; align-items: baseline; padding-top: 1.1rem; padding-bottom: .9rem; font-size: .9rem; }
.top b { letter-spacing: .01em; }
.top nav a { text-decoration: none; }
.top nav a:hover { text-decoration: underline; }
.top nav { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin-left: auto; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: 1.1rem 1.25rem; box-shadow: var(--shade); }
.card + .card { margin-top: 1rem; }
.banner { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .4rem 1.25rem; padding: 1.5rem; border-left: .4rem solid var(--tone); }
.banner.bad { --tone: var(--bad); --tone-paper: var(--bad-paper); }
.banner.good { --tone: var(--good); --tone-paper: var(--good-paper); }
.banner.note { --tone: var(--note); --tone-paper: var(--note-paper); }
.sign { width: 3.6rem; height: 3.6rem; border-radius: 50%; display: grid; place-items: center; font-size: 2rem; font-weight: 600; line-height: 1; background: var(--tone-paper); color: var(--tone); grid-row: span 2; }
.banner ul { margin: .5rem 0 0; padding: 0; list-style: none; color: var(--ink); }
.subject { margin: .35rem 0 0; color: var(--soft); }
.numbers { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: .5rem 2.25rem; margin: 1rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); }
.numbers div { display: flex; flex-direction: column-reverse; }
.numbers dt { color: var(--soft); font-size: .82rem; }
.numbers dd { margin: 0; font-size: 1.2rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.bar { grid-column: 1 / -1; display: block; width: 100%; height: .55rem; margin-top: 1rem; border-radius: .3rem; }
.bar .rest { fill: var(--good-paper); stroke: var(--good); stroke-width: 1px; }
.bar .part { fill: var(--bad-fill); }
.badge { display: inline-block; font-size: .78rem; line-height: 1.3; font-weight: 600; padding: .14rem .55rem; border-radius: 1rem; border: 1px solid transparent; overflow-wrap: anywhere; }
.badge.bad { background: var(--bad-paper); color: var(--bad); }
.badge.good { background: var(--good-paper); color: var(--good); }
.badge.note { background: var(--note-paper); color: var(--note); }
.badge.cause { background: var(--cause-paper); color: var(--cause); }
.badge.soft { background: var(--field); color: var(--soft); border-color: var(--line); font-weight: 500; }
.badges { display: flex; flex-wrap: wrap; gap: .35rem; margin: .5rem 0 .25rem; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .4rem .75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; font-size: .82rem; }
tbody th { font-weight: 500; }
.wide { width: 100%; }
tbody tr:last-child > * { border-bottom: 0; }
footer { color: var(--soft); font-size: .85rem; margin-top: 3rem !important; padding-top: 1rem !important; padding-bottom: 2.5rem !important; }
`;
