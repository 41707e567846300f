/** Matrix, findings, differences, bytes and lines. */
export const partsStyle = `
.chain { list-style: none; margin: .3rem 0; padding: 0; display: flex; flex-wrap: wrap; gap: .1rem 0; }
.chain li { overflow-wrap: anywhere; min-width: 0; }
.chain li + li::before { content: '›'; color: var(--soft); margin: 0 .45rem; font-weight: 700; }
.chain code { font-size: 1em; }
.finding { margin: .9rem 0 0; padding: .75rem 0 0; border-top: 1px solid var(--line); }
.what { margin: 0 0 .2rem; }
.pair { margin: .5rem 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: .5rem; }
.pair > div { display: grid; grid-template-columns: auto minmax(0, 1fr); background: var(--field); border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; }
.pair dt { padding: .4rem .65rem; font-weight: 700; font-size: .82rem; color: var(--soft); border-right: 1px solid var(--line); }
.pair dd { margin: 0; padding: .35rem .7rem; }
.remedy { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .75rem; margin: .6rem 0 .2rem; padding: .6rem .85rem; border-radius: .5rem; background: var(--good-paper); overflow-wrap: anywhere; }
.remedy b { color: var(--good); }
.remedy.quiet { background: var(--field); }
.remedy.quiet b { color: var(--soft); }
.fixes { list-style: none; margin: 0; padding: 0; display: grid; gap: .9rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); }
.fixes li { min-width: 0; margin: 0 !important; }
.fixes .files { font-size: .88rem; color: var(--soft); }
.matrix { font-size: .85rem; width: 100%; }
.matrix th, .matrix td { padding: .28rem .25rem; }
.matrix thead th { vertical-align: bottom; }
.matrix thead .turn { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; max-height: 12rem; overflow: hidden; text-overflow: ellipsis; text-align: left; padding: .35rem .1rem; margin: 0 auto; }
.matrix tbody th { min-width: 9rem; max-width: 24rem; text-align: left; }
.matrix td { text-align: center; vertical-align: middle; }
.matrix td:last-child, .matrix thead th:last-child { text-align: left; min-width: 11rem; padding-left: .8rem; }
.matrix tbody tr:hover > * { background: var(--field); }
.m { font-size: 0; }
.m::before { display: inline-grid; place-items: center; width: 1.6rem; height: 1.6rem; border-radius: .4rem; font-size: .95rem; font-weight: 700; line-height: 1; }
.m.d::before { content: '≠'; content: '≠' / ''; background: var(--bad-fill); color: var(--on-fill); }
.m.t::before { content: '+'; content: '+' / ''; background: var(--bad-paper); color: var(--bad); box-shadow: inset 0 0 0 2px var(--bad-fill); }
.m.s::before { content: '='; content: '=' / ''; background: var(--good-paper); color: var(--good); font-weight: 500; }
.m.u::before { content: '?'; content: '?' / ''; color: var(--soft); box-shadow: inset 0 0 0 1px var(--line); font-weight: 500; }
.m.k::before { content: '–'; content: '–' / ''; color: var(--soft); font-weight: 500; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.25rem; padding: 0; margin: .75rem 0 0; font-size: .85rem; color: var(--soft); }
.legend li { display: flex; gap: .45rem; align-items: center; }
details > summary { cursor: pointer; padding: .3rem .4rem; border-radius: .4rem; overflow-wrap: anywhere; }
iframe.deep { inline-size: 100%; block-size: 32rem; border: 1px solid var(--line); background: #fff; }
details > summary:hover { background: var(--field); }
.more { margin-top: .8rem; }
.more > summary { color: var(--link); font-weight: 550; font-size: .93rem; margin-left: -.4rem; }
.node > .inside { margin-left: .55rem; padding-left: .8rem; border-left: 2px solid var(--line); }
.node .finding { border-top: 0; padding: .35rem 0; margin: 0; }
.node .what { margin: .35rem 0; }
.bytes { margin: .6rem 0; }
.bytes figcaption { color: var(--soft); font-size: .85rem; margin-bottom: .3rem; }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: .5rem; }
.side { min-width: 0; background: var(--field); border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; display: grid; grid-template-columns: auto minmax(0, 1fr); }
.side > b { padding: .45rem .65rem; font-size: .82rem; color: var(--soft); border-right: 1px solid var(--line); }
.side pre { margin: 0; padding: .45rem .7rem; overflow-x: auto; font-size: .78rem; line-height: 1.6; }
.ascii { padding-left: .75rem; }
.lines { width: 100%; table-layout: fixed; border: 1px solid var(--line); border-radius: .5rem; background: var(--field); }
.lines th, .lines td { border: 0; padding: .12rem .7rem; width: 50%; }
.lines th { border-bottom: 1px solid var(--line); padding: .3rem .7rem; }
.lines th + th, .lines td + td { border-left: 1px solid var(--line); }
.lines td { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; position: relative; padding-left: 1.7rem; }
.lines .removed { background: var(--bad-paper); }
.lines .added { background: var(--good-paper); }
.lines .removed::before, .lines .added::before { position: absolute; left: .65rem; font-weight: 700; }
.lines .removed::before { content: '−'; color: var(--bad); }
.lines .added::before { content: '+'; color: var(--good); }
.lines .hunk td { padding-left: .7rem; color: var(--soft); border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
.fields { min-width: 60%; }
.log { background: var(--field); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; overflow-x: auto; margin: .5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
.missing, .plain { margin: .4rem 0; padding: 0; list-style: none; display: grid; gap: .45rem; }
.missing li, .plain li { overflow-wrap: anywhere; }
.missing .chain { display: inline-flex; margin: 0; }
.wide th[scope=row] { min-width: 5rem; }
.wide td:last-child { min-width: 5rem; }
.wide .badge { white-space: nowrap; }
.wide thead th { overflow-wrap: normal; }
.short { padding: .6rem 1.25rem; }
.many article { content-visibility: auto; contain-intrinsic-size: auto 24rem; }
@media (max-width: 40rem) {
  body { font-size: 15px; }
  .card, .banner { padding: 1rem; }
  .sign { width: 2.6rem; height: 2.6rem; font-size: 1.5rem; grid-row: auto; }
  h1 { font-size: 1.35rem; align-self: center; }
  .banner .rest { grid-column: 1 / -1; }
  .top nav { margin-left: 0; }
  .numbers { gap: .5rem 1.5rem; }
  .side pre { font-size: .7rem; padding: .45rem .5rem; }
  .node > .inside { margin-left: .2rem; padding-left: .5rem; }
  .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  .stack th, .stack td { display: block; border: 0; padding: .1rem 0; overflow-wrap: anywhere; }
}
@page { margin: 14mm 12mm; }
@media print {
  :root { color-scheme: light; --shade: none; --paper: #fff; }
  body { background: #fff; font-size: 9.5pt; }
  main, body > header, body > footer { max-width: none; padding-left: 0; padding-right: 0; }
  .top nav, .skip { display: none; }
  h2 { margin-top: 1.6rem; }
  h1, h2, h3, .lead, .badges, .what, summary, figcaption, .lines th { break-after: avoid; }
  .card { break-inside: auto; padding: .7rem .9rem; border-radius: .4rem; box-decoration-break: clone; }
  .card:not(.banner) { border-color: #bbb; }
  .card + .card { margin-top: .7rem; }
  .banner, .fixes li, .finding, .bytes, .pair, .remedy, .legend, tr { break-inside: avoid; }
  .fixes { gap: .6rem; grid-template-columns: 1fr 1fr; }
  .many article { content-visibility: visible; }
  .scroll, .side pre, .log { overflow: visible; max-width: none; }
  .side pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .sides, .pair { grid-template-columns: 1fr 1fr; }
  .side pre { font-size: 6.4pt; }
  .matrix { font-size: 8pt; }
  .matrix th, .matrix td { padding: .12rem .06rem; }
  .matrix tbody th { min-width: 6rem; max-width: 14rem; }
  .matrix td:last-child, .matrix thead th:last-child { min-width: 6rem; padding-left: .4rem; }
  .m::before { width: 1.05rem; height: 1.05rem; border-radius: .25rem; font-size: .7rem; }
  .wide { table-layout: auto; font-size: 8.5pt; }
  details::details-content { content-visibility: visible; block-size: auto; }
  p, li { orphans: 2; widows: 2; }
  .banner, .sign, .bar, .m::before, .badge, mark, .remedy, .lines td, .side, .log { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
