// Beyond htmx: theme, tabs, charts, files.
(() => {
const doc = document, root = doc.documentElement, $ = s => doc.querySelector(s), $$ = s => [...doc.querySelectorAll(s)];
const on = (names, run) => names.split(' ').forEach(name => doc.addEventListener(name, run));
const charts = new Map();
let tab = 'spec', region = 'chat', jump = true;

root.classList.add('js');
try { root.dataset.theme = localStorage.theme || ''; } catch { }

const showTab = (name, focus) => {
  tab = name;
  for (const t of $$('[role=tab]')) {
    const chosen = t.id === 'tab-' + name;
    t.ariaSelected = chosen;
    t.tabIndex = chosen - 1;
    $('#panel-' + t.id.slice(4)).toggleAttribute('data-on', chosen);
    if (chosen && focus) t.focus();
  }
};
const resize = () => charts.forEach(c => c.resize());
const showRegion = name => {
  if (!$('.workspace')) return;
  region = $('.workspace').dataset.region = name;
  for (const a of $$('[data-part]')) a.ariaCurrent = a.dataset.part === name;
  resize();
};
const link = ({ target }) => {
  $$('.lit').forEach(e => e.classList.remove('lit'));
  for (const key of target.closest?.('[data-items]')?.dataset.items.split(' ') || []) $$(`[data-items~="${key}"]`).forEach(e => e.classList.add('lit'));
};
const follow = () => {
  for (const b of $$('[data-follow]')) if (jump || b.atEnd) b.scrollTop = b.scrollHeight;
  jump = false;
};
const draw = () => {
  charts.forEach((c, id) => c.box.isConnected || charts.delete(id));
  for (const box of $$('[data-chart]')) {
    if (charts.has(box.dataset.chart)) continue;
    const points = JSON.parse(box.nextElementSibling.textContent), rows = () => [1, 2, 3].map(i => points.map(p => p[i]));
    const color = name => () => { box.style.color = `var(--${name})`; return getComputedStyle(box).color; };
    const axis = { stroke: color('soft'), grid: { stroke: color('line'), width: 1 }, ticks: { show: false } };
    const line = (name, width, dash) => ({ stroke: color(name), width, dash, paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } });
    const size = () => ({ width: box.clientWidth, height: 170 });
    const axes = [{ ...axis, size: 28, values: (_, all) => all.map(s => s + ' s') }, { ...axis, size: 58 }];
    const plot = new uPlot({ ...size(), axes, scales: { x: { time: false } }, legend: { show: false }, cursor: { show: false }, series: [{}, line('accent', 2), line('warn', 1.5, [5, 4])] }, rows(), box);
    const add = ({ sequence, data: d }) => {
      if (sequence > (points.at(-1)?.[0] ?? 0)) plot.setData(rows(points.push([sequence, d.elapsed_seconds, d.objective_value, d.objective_bound])));
    };
    charts.set(box.dataset.chart, { box, plot, add, resize: () => box.clientWidth && plot.setSize(size()) });
  }
};
const settle = () => { draw(); showTab(tab); showRegion(region); follow(); };

on('DOMContentLoaded', settle);
on('htmx:before:swap', () => $$('[data-follow]').forEach(b => { b.atEnd = b.scrollHeight - b.scrollTop - b.clientHeight < 40; }));
on('htmx:after:swap', e => { jump = e.target.id === 'main'; jump ? settle() : (draw(), follow()); });
on('htmx:before:request', () => { $('.trouble').hidden = true; });
on('htmx:error htmx:response:error', ({ detail: { ctx } }) => { $('.trouble').hidden = !ctx || ctx.response?.status === 422; });
// A reconnect asks for what follows the last frame swapped in; frames without content come before theirs.
on('htmx:ws:after:message:incoming', ({ detail: { connection: c, message } }) => {
  const frame = JSON.parse(message.data);
  if ('content' in frame) c.url = c.url.replace(/after=\d+/, 'after=' + frame.sequence);
  if (frame.type === 'solve.progress') charts.get(frame.run)?.add(frame);
});
on('htmx:ws:close htmx:ws:after:connection', ({ detail: { code } }) => root.classList.toggle('cut', code < 4000));
on('click', e => {
  const at = s => e.target.closest(s), chosen = at('[role=tab]'), part = at('[data-part]');
  if (chosen || part) e.preventDefault();
  if (chosen) showTab(chosen.id.slice(4));
  if (at('[data-code]')) showTab('code');
  if (part) showRegion(part.dataset.part);
  if (at('[data-theme-switch]')) {
    const own = root.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : '');
    root.dataset.theme = own === 'dark' ? 'light' : 'dark';
    charts.forEach(c => c.plot.redraw());
    localStorage.theme = root.dataset.theme;
  }
});
on('keydown', e => {
  if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) e.target.form?.requestSubmit();
  const tabs = $$('[role=tab]'), i = tabs.indexOf(e.target), to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: -1 }[e.key];
  if (i >= 0 && to !== undefined) { e.preventDefault(); showTab(tabs.at(to % tabs.length).id.slice(4), true); }
});
on('change', e => { if (e.target.files) $('[data-files-label]').textContent = [...e.target.files].map(f => f.name).join(', ') || 'Attach tables'; });
on('submit', ({ target: f }) => f.classList.toggle('sent', !!(f.tables ?? f.file)?.files[0]));
on('mouseover focusin', link);
addEventListener('resize', resize);
addEventListener('pageshow', () => $('.sent')?.classList.remove('sent'));
})();
