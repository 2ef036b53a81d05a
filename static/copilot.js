// Everything the page needs beyond htmx: theme, tabs, live charts, links between phrases and items.
(() => {
  'use strict';
  const root = document.documentElement, $ = (s, e = document) => e.querySelector(s), $$ = (s, e = document) => [...e.querySelectorAll(s)];
  const stored = { get: k => { try { return localStorage[k]; } catch { return null; } }, set: (k, v) => { try { localStorage[k] = v; } catch { } } };
  const dark = () => (root.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  const on = (name, fn) => document.addEventListener(name, fn);
  const charts = new Map();
  let tab = 'spec', region = 'chat', moved = true;

  root.classList.add('js');
  if (stored.get('theme')) root.dataset.theme = stored.get('theme');

  const showTab = (name, focus) => {
    const chosen = $(`#tab-${name}`);
    if (!chosen) return;
    tab = name;
    for (const t of $$('[role=tab]')) {
      t.setAttribute('aria-selected', t === chosen);
      t.tabIndex = t === chosen ? 0 : -1;
      $('#' + t.getAttribute('aria-controls')).toggleAttribute('data-on', t === chosen);
    }
    if (focus) chosen.focus();
  };
  const showRegion = name => {
    if (!$('.workspace')) return;
    region = $('.workspace').dataset.region = name;
    for (const a of $$('[data-region-link]')) a.dataset.regionLink === name ? a.setAttribute('aria-current', 'true') : a.removeAttribute('aria-current');
    for (const c of charts.values()) c.resize();
  };
  const link = (e, lit) => {
    const keys = (e.target.closest?.('[data-items]')?.dataset.items || e.target.closest?.('[data-item]')?.dataset.item || '').split(' ').filter(Boolean);
    for (const old of $$('.lit')) old.classList.remove('lit');
    if (lit) for (const key of keys) for (const other of $$(`[data-item="${key}"],.phrase[data-items~="${key}"]`)) other.classList.add('lit');
  };
  const follow = () => { for (const box of $$('[data-follow]')) if (moved || box.dataset.end !== 'no') box.scrollTop = box.scrollHeight; moved = false; };
  const trouble = text => { const box = $('[data-trouble]'); box.textContent = text; box.hidden = !text; };

  const draw = () => {
    for (const [id, chart] of charts) if (!chart.box.isConnected) { chart.plot.destroy(); charts.delete(id); }
    for (const box of $$('[data-chart]')) {
      if (charts.has(box.dataset.chart) || !window.uPlot) continue;
      const css = name => getComputedStyle(root).getPropertyValue(name).trim();
      const points = JSON.parse(box.nextElementSibling.textContent), axis = { stroke: () => css('--soft'), grid: { stroke: () => css('--line'), width: 1 }, ticks: { show: false }, font: '12px ' + getComputedStyle(root).fontFamily };
      const line = (label, color, width) => ({ label, stroke: () => css(color), width, spanGaps: true, paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } });
      const rows = () => [1, 2, 3].map(i => points.map(p => p[i]));
      const size = () => ({ width: Math.max(220, box.clientWidth), height: 190 });
      const plot = new uPlot({ ...size(), scales: { x: { time: false } }, cursor: { y: false }, axes: [{ ...axis, values: (_, v) => v.map(s => s + ' s') }, { ...axis, size: 62 }], series: [{ label: 'Seconds' }, line('Best so far', '--accent', 2), line('Bound', '--warn', 1.5)] }, rows(), box);
      charts.set(box.dataset.chart, {
        box, plot, resize: () => box.clientWidth && plot.setSize(size()),
        add: frame => { if (frame.sequence > (points.at(-1)?.[0] ?? 0)) { points.push([frame.sequence, frame.data.elapsed_seconds, frame.data.objective_value, frame.data.objective_bound]); plot.setData(rows()); } }
      });
    }
  };
  const settle = () => { draw(); showTab(tab); showRegion(region); follow(); };

  on('DOMContentLoaded', settle);
  on('htmx:after:swap', () => { draw(); follow(); });
  on('htmx:after:process', e => { if (e.target.id === 'main') { moved = true; settle(); } });
  on('htmx:before:request', () => trouble(''));
  on('htmx:error', e => { if (e.detail.ctx?.request) trouble('The server could not be reached. Your text is kept; send it again in a moment.'); });
  on('htmx:response:error', e => { if (e.detail.ctx.response.status !== 422) trouble('That did not work on our side. Your text is kept; reload the page and try again.'); });
  // A reconnect asks for what follows the last frame that was swapped in: frames without content come before theirs.
  on('htmx:ws:after:message:incoming', e => {
    const frame = JSON.parse(e.detail.message.data);
    if ('content' in frame) e.detail.connection.url = e.detail.connection.url.replace(/after=\d+/, 'after=' + frame.sequence);
    if (frame.type === 'solve.progress') charts.get(frame.run)?.add(frame);
  });
  on('htmx:ws:close', e => root.classList.toggle('cut', e.detail.reason === 'closed' && e.detail.code < 4000 && !document.hidden));
  on('htmx:ws:after:connection', () => root.classList.remove('cut'));

  on('click', e => {
    const at = s => e.target.closest(s);
    if (at('[data-theme-toggle]')) { root.dataset.theme = dark() ? 'light' : 'dark'; stored.set('theme', root.dataset.theme); for (const c of charts.values()) c.plot.redraw(); }
    else if (at('[role=tab]')) { e.preventDefault(); showTab(at('[role=tab]').id.slice(4)); }
    else if (at('[data-region-link]')) { e.preventDefault(); showRegion(at('[data-region-link]').dataset.regionLink); }
    else if (at('[data-prefill]')) { e.preventDefault(); const box = $('[data-composer]'); box.value = at('[data-prefill]').dataset.prefill; box.focus(); }
    else if (at('[data-copy]')) navigator.clipboard?.writeText($('.program').textContent).then(() => { at('[data-copy]').textContent = 'Copied'; });
  });
  on('keydown', e => {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && e.target.matches('[data-composer]')) e.target.form.requestSubmit();
    const tabs = $$('[role=tab]'), i = tabs.indexOf(e.target), to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: tabs.length - 1 }[e.key];
    if (i >= 0 && to !== undefined) { e.preventDefault(); showTab(tabs.at(to % tabs.length).id.slice(4), true); }
  });
  on('mouseover', e => link(e, true));
  on('focusin', e => link(e, true));
  document.addEventListener('scroll', e => { const b = e.target; if (b.dataset?.follow !== undefined) b.dataset.end = b.scrollHeight - b.scrollTop - b.clientHeight < 40 ? 'yes' : 'no'; }, true);
  addEventListener('resize', () => { for (const c of charts.values()) c.resize(); });
})();
