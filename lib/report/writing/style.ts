/** The colours of the report, light and dark: those of the page with the same names. */
export const COLORS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  surface: ['#ffffff', '#14171c'],
  raised: ['#f6f7f9', '#1b1f26'],
  sunken: ['#eef0f3', '#0f1216'],
  line: ['#d6dae0', '#313843'],
  text: ['#1b1f24', '#e4e8ee'],
  quiet: ['#545d69', '#a3adba'],
  accent: ['#0a58c2', '#79b2ff'],
  danger: ['#b3261e', '#ff8f86'],
  'state-running': ['#17692f', '#5fd085'],
  'state-unready': ['#6f5b00', '#d9c24a'],
  'state-starting': ['#0a58c2', '#79b2ff'],
  'state-stopping': ['#5b4a9e', '#b7a6f5'],
  'state-backoff': ['#8a5000', '#f0b24a'],
  'state-failed': ['#b3261e', '#ff8f86'],
  'state-stopped': ['#59626e', '#98a2b0'],
};

const STATES = ['running', 'unready', 'starting', 'stopping', 'backoff', 'failed', 'stopped'];

function colors(index: 0 | 1): string {
  return Object.entries(COLORS)
    .map(([name, pair]) => `--${name}:${pair[index]}`)
    .join(';');
}

/** People who have chosen their own colours get those; pattern, height and word still tell the states apart. */
const FORCED = Object.keys(COLORS)
  .map(
    (name) =>
      `--${name}:${{ surface: 'Canvas', raised: 'Canvas', sunken: 'Canvas', line: 'GrayText' }[name] ?? 'CanvasText'}`,
  )
  .join(';');

/** The style of the document. */
export const STYLE = `:root{color-scheme:light dark;${colors(0)};font:14px/1.5 system-ui,'Segoe UI','DejaVu Sans',sans-serif;color:var(--text);background:var(--surface)}
@media (prefers-color-scheme:dark){:root{${colors(1)}}}
@media (forced-colors:active){:root{${FORCED}}}
@media print{:root{color-scheme:light;${colors(0)};font-size:10pt}}
*{box-sizing:border-box}
body{max-width:70rem;margin:0 auto;padding:1rem 1.5rem 3rem;overflow-wrap:anywhere}
h1{font-size:1.6rem;margin:0 0 .5rem}h2{font-size:1.25rem;margin:2.2rem 0 .6rem;padding-top:.4rem;border-top:2px solid var(--line)}h3{font-size:1.02rem;margin:0}
p{margin:.3rem 0}ul{margin:.3rem 0;padding-left:1.2rem}a{color:var(--accent)}code,pre{font-family:ui-monospace,'SF Mono','DejaVu Sans Mono',monospace;font-size:.92em}
.quiet{color:var(--quiet)}.danger{color:var(--danger)}.note{padding:.4rem .7rem;border-left:4px solid var(--state-backoff);background:var(--raised)}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.5rem 0}.facts dt{color:var(--quiet)}.facts dd{margin:0}
.contents{padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;margin:.8rem 0}
.item{margin:.7rem 0;padding:.6rem .8rem;border:1px solid var(--line);border-left:4px solid var(--state,var(--line));border-radius:6px;background:var(--raised);break-inside:avoid-page}
.item .reason::first-letter{text-transform:uppercase}
.item-head{display:flex;flex-wrap:wrap;gap:.2rem .8rem;align-items:baseline}
.state{display:inline-flex;gap:.35rem;align-items:center;color:var(--state);font-weight:600;white-space:nowrap}.state svg{fill:var(--state);flex:none}
${STATES.map((state) => `.is-${state}{--state:var(--state-${state})}`).join('')}.is-doubt{--state:var(--state-unready)}
pre{margin:.4rem 0;padding:.5rem .7rem;background:var(--sunken);border:1px solid var(--line);border-radius:4px;white-space:pre-wrap;unicode-bidi:plaintext}
.output{padding:0;border:1px solid var(--line);border-radius:4px;background:var(--sunken);margin:.4rem 0;list-style:none}
.output li{display:grid;grid-template-columns:max-content max-content 1fr;gap:0 .7rem;padding:0 .6rem;font:12px/1.5 ui-monospace,'SF Mono','DejaVu Sans Mono',monospace;unicode-bidi:isolate}
.output .err{color:var(--danger)}.output .text{white-space:pre-wrap;min-width:0;unicode-bidi:isolate}
details{margin:.4rem 0}summary{cursor:pointer;color:var(--accent)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;overflow-wrap:break-word}td code{overflow-wrap:anywhere}thead th{white-space:nowrap}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line)}th{font-weight:600}thead th{color:var(--quiet)}.number{text-align:right;font-variant-numeric:tabular-nums}
del{color:var(--quiet)}ins{text-decoration:none;font-weight:600}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;padding:0;margin:.4rem 0;list-style:none}.legend li{display:inline-flex;gap:.35rem;align-items:center}
.lanes{display:grid;grid-template-columns:minmax(9rem,15rem) minmax(0,1fr);gap:.15rem 1rem;align-items:center}
.lane-name{font-size:.92rem;line-height:1.25}.lane-name small{display:block;color:var(--quiet);font-size:.8rem}
svg{display:block;overflow:visible;max-width:100%}.lane{width:100%;height:28px;background:linear-gradient(var(--line),var(--line)) 0 100%/100% 1px no-repeat}.lane text{font:10px system-ui,sans-serif;fill:var(--text)}
.lane .bare{fill:var(--surface)}.lane .plate{fill:var(--surface)}
.axis{width:100%;height:30px}.axis text{font:11px system-ui,sans-serif;fill:var(--quiet)}.axis line{stroke:var(--line)}
.accent{fill:var(--accent)}.mark-danger{fill:var(--danger)}.mark-text{fill:var(--text)}.mark-quiet{fill:var(--quiet)}
.charts{display:grid;grid-template-columns:minmax(9rem,15rem) minmax(0,1fr) minmax(0,1fr);gap:.7rem 1rem;align-items:center}
.chart{width:100%;height:44px;border:1px solid var(--line);background:var(--raised)}.chart path{fill:none;stroke:var(--accent);stroke-width:1.5;vector-effect:non-scaling-stroke}.chart-words{font-size:.82rem;color:var(--quiet)}
@media (max-width:700px){body{padding:.8rem}.lanes,.charts{grid-template-columns:minmax(0,1fr)}.lane-name{margin-top:.5rem}.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:.4rem}.output li{grid-template-columns:max-content 1fr}.output .text{grid-column:1/-1}
table.stacked thead{display:none}table.stacked :is(tr,th,td){display:block;border:0;padding:.1rem 0;text-align:left}table.stacked tr{padding:.4rem 0;border-bottom:1px solid var(--line)}table.stacked td[data-label]::before{content:attr(data-label) ': ';color:var(--quiet)}table.stacked td:empty{display:none}}
@page{size:A4;margin:14mm}
@media print{body{max-width:none;padding:0}a{color:inherit;text-decoration:none}.contents{display:none}svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}h2{break-after:avoid}tr,.charts>*,.lanes>*{break-inside:avoid}details::details-content{content-visibility:visible;block-size:auto}summary{color:inherit}}
`;
