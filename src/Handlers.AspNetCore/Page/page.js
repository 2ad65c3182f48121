// The status page. Everything shown comes from /snapshot, /history and /events, and goes into the page as text, never as markup.
"use strict";
(() => {
  const { base, token, tokenHeader } = document.body.dataset;
  const $ = id => document.getElementById(id);
  const MAX_CALLS = 150, MAX_STEPS = 60, MAX_POINTS = 90;
  let snapshot = null, skew = 0, paused = false, events = 0;
  const history = new Map(), calls = new Map();
  let order = [], timelineDue = false, snapshotDue = 0;

  // ---- elements

  function el(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function set(node, text) { if (node.textContent !== text) node.textContent = text; }

  // Keeps one element per key, in order; elements stay, so focus and scroll do too.
  function keyed(parent, items, keyOf, make, update) {
    const known = parent.known ??= new Map(), seen = new Set();
    let at = parent.firstChild;
    for (const item of items) {
      const key = keyOf(item);
      if (seen.has(key)) continue;
      seen.add(key);
      let node = known.get(key);
      if (!node) known.set(key, node = make(item));
      if (node === at) at = at.nextSibling; else parent.insertBefore(node, at);
      update(node, item);
    }
    for (const [key, node] of known) if (!seen.has(key)) { node.remove(); known.delete(key); }
  }

  function facts(node, pairs) {
    keyed(node, pairs, p => p[0], p => {
      const div = el("div");
      div.append(el("dt", "", p[0]), el("dd"));
      return div;
    }, (div, p) => { set(div.lastChild, p[1]); div.lastChild.className = p[2] ?? ""; });
  }

  // ---- words

  const now = () => Date.now() + skew;
  const number = n => n >= 1e6 ? (n / 1e6).toFixed(1) + " M" : n >= 1e4 ? (n / 1e3).toFixed(1) + " k" : String(n);
  const percent = share => share === null || !isFinite(share) ? "–" : (share * 100).toFixed(share > .99 && share < 1 ? 2 : 1) + " %";
  function span(seconds) {
    if (seconds === null || seconds === undefined) return "–";
    if (seconds < 0.001) return Math.round(seconds * 1e6) + " µs";
    if (seconds < 1) return Math.round(seconds * 1000) + " ms";
    if (seconds < 120) return seconds.toFixed(seconds < 10 ? 1 : 0) + " s";
    if (seconds < 7200) return Math.round(seconds / 60) + " min";
    return (seconds / 3600).toFixed(1) + " h";
  }
  const clock = at => new Date(at).toLocaleTimeString([], { hour12: false });
  function countdown(node, before, until, after) {
    node.until = { before, until: Date.parse(until), after };
    tickOne(node);
  }
  function tickOne(node) {
    const { before, until, after } = node.until, left = Math.max(0, Math.ceil((until - now()) / 1000));
    set(node, `${before} ${left < 120 ? left + " s" : span(left)}${after}`);
  }

  // ---- clients

  const circuitClass = state => state === "Closed" ? "good" : state === "HalfOpen" ? "warn" : "bad";
  const circuitName = state => state === "HalfOpen" ? "half-open" : state.toLowerCase();

  function makeClient(client) {
    const card = el("article", "card"), head = el("div", "head");
    card.dataset.client = client.client;
    head.append(el("h3", "", client.client), el("span", "muted"));
    card.circuits = el("div");
    card.facts = el("dl", "facts");
    card.chart = chart(["calls", "failed", "slow"]);
    card.append(head, card.circuits, card.facts, card.chart, el("div", "muted", "calls, failed, p99 · last 15 minutes"));
    return card;
  }

  function updateClient(card, client) {
    const circuits = snapshot.circuits.filter(c => c.client === client.client);
    const worst = circuits.some(c => circuitClass(c.state) === "bad") ? "bad" : circuits.some(c => c.state === "HalfOpen") || (client.success_rate !== null && client.success_rate < .9) ? "warn" : "good";
    card.className = "card " + worst;
    set(card.querySelector(".head .muted"), (client.provider ?? "") + (client.enabled ? "" : client.mistakes ? " · has no good options: " + client.mistakes : " · switched off"));
    keyed(card.circuits, circuits, c => c.authority, makeCircuit, updateCircuit);
    facts(card.facts, [
      ["calls", number(client.calls)],
      ["ok", percent(client.success_rate), client.success_rate !== null && client.success_rate < .9 ? "bad-text" : ""],
      ["retries", percent(client.retries / client.calls)],
      ["refused there", percent(client.rate_limited / client.attempts)],
      ["refused here", number(client.refused)],
      ["waits", number(client.waits)],
      ["p50", span(client.p50)],
      ["p99", span(client.p99)],
      ["cache hits", percent(client.cache_hits / (client.cache_hits + client.cache_revalidated + client.cache_misses))],
    ]);
    const points = history.get(client.client) ?? [];
    draw(card.chart, [points.map(p => p.calls), points.map(p => p.failed)], points.map(p => p.p99 ?? 0));
  }

  function makeCircuit(circuit) {
    const row = el("div", "row");
    row.dataset.authority = circuit.authority;
    row.append(el("span", "tag"), el("span", "", circuit.authority), el("span", "muted"));
    if (tokenHeader) {
      const act = el("button", "", "");
      act.type = "button";
      act.addEventListener("click", () => steer(row.circuit));
      row.append(act);
    }
    return row;
  }

  function updateCircuit(row, circuit) {
    row.circuit = circuit;
    const [tag, , note, act] = row.children;
    tag.className = "tag " + circuitClass(circuit.state);
    set(tag, circuitName(circuit.state));
    delete note.until;
    if (circuit.open_until) countdown(note, "opens for calls in", circuit.open_until, ` · ${circuit.failures} failures`);
    else set(note, circuit.failures ? `${circuit.failures} failures in a row` : "");
    if (act) set(act, circuit.state === "Closed" ? "Isolate" : "Reset");
  }

  async function steer(circuit) {
    const action = circuit.state === "Closed" ? "isolate" : "reset";
    if (!confirm(`${action === "isolate" ? "Refuse all calls of" : "Close the circuit of"} ${circuit.client} to ${circuit.authority}?`)) return;
    const answer = await fetch(`${base}/${action}`, {
      method: "POST", headers: { "Content-Type": "application/json", [tokenHeader]: token },
      body: JSON.stringify({ client: circuit.client, authority: circuit.authority }),
    });
    if (!answer.ok) alert(await answer.text());
    await refresh();
  }

  // ---- charts

  function chart(classes) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "chart");
    svg.setAttribute("viewBox", `0 0 ${MAX_POINTS} 30`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    for (const name of classes) {
      const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
      line.setAttribute("class", name);
      svg.append(line);
    }
    return svg;
  }

  function draw(svg, together, apart) {
    const most = Math.max(1, ...together.flat());
    together.forEach((values, i) => plot(svg.children[i], values, most));
    plot(svg.children[together.length], apart, Math.max(1e-6, ...apart));
  }

  function plot(line, values, most) {
    const from = MAX_POINTS - values.length;
    line.setAttribute("points", values.map((v, i) => `${from + i},${(29 - v / most * 28).toFixed(1)}`).join(" "));
  }

  // ---- quotas

  const quotaName = q => `${q.provider}/${q.account}/${q.resource}`;
  const waitingOf = q => q.waiting.interactive + q.waiting.normal + q.waiting.background;

  function makeQuota(quota) {
    const card = el("article", "card"), head = el("div", "head");
    card.dataset.quota = quotaName(quota);
    head.append(el("h3", "", quotaName(quota)), el("span", "muted"));
    card.gate = el("p", "bad-text gate");
    card.limits = el("div");
    card.queue = el("p", "queue");
    card.append(head, card.gate, card.limits, card.queue);
    return card;
  }

  function updateQuota(card, quota) {
    const closed = quota.closed_until !== null, waits = waitingOf(quota);
    card.className = "card " + (closed ? "bad" : waits > 0 ? "warn" : "good");
    set(card.querySelector(".head .muted"), `${quota.in_flight} in flight`);
    card.gate.hidden = !closed;
    delete card.gate.until;
    if (closed) countdown(card.gate, quota.exhausted ? "exhausted; opens in" : "gate opens in", quota.closed_until, quota.closed_because ? ` · ${quota.closed_because}` : "");
    keyed(card.limits, quota.limits, l => l.text, makeLimit, (node, limit) => updateLimit(node, limit));
    card.queue.hidden = waits === 0;
    if (waits > 0) {
      const parts = ["interactive", "normal", "background"].filter(p => quota.waiting[p] > 0).map(p => `${quota.waiting[p]} ${p}`);
      const empty = quota.limits.find(l => l.remaining <= 0);
      const why = closed ? "the gate is closed" + (quota.closed_because ? `: ${quota.closed_because}` : "") : empty ? `${empty.text} is used up` : "their turn has not come";
      set(card.queue, `${waits} waiting (${parts.join(", ")}), because ${why}`);
    }
  }

  function makeLimit(limit) {
    const node = el("div", "limit"), row = el("div", "head");
    row.append(el("span", "", limit.text), el("span"));
    const meter = el("meter");
    meter.min = 0;
    node.append(row, meter, el("span", "muted reset"), el("span", "muted forecast"));
    return node;
  }

  function updateLimit(node, limit) {
    const meter = node.querySelector("meter");
    meter.max = Math.max(1, limit.limit);
    meter.low = limit.limit * .1;
    meter.high = limit.limit * .3;
    meter.optimum = limit.limit;
    meter.value = Math.max(0, limit.remaining);
    meter.setAttribute("aria-label", `${limit.text}: ${limit.remaining} of ${limit.limit} ${limit.unit} left`);
    set(node.querySelector(".head").lastChild, `${number(limit.remaining)} of ${number(limit.limit)} ${limit.unit}`);
    const reset = node.querySelector(".reset");
    delete reset.until;
    if (limit.full_at) countdown(reset, "whole again in", limit.full_at, ""); else set(reset, "");
    const left = limit.remaining > 0 && limit.spent_at ? Math.max(0, (Date.parse(limit.spent_at) - now()) / 1000) : null;
    set(node.querySelector(".forecast"), left === null ? "" : `${limit.full_at ? " · " : ""}at this pace used up in ${span(left)}`);
  }

  // ---- timeline

  const KINDS = ["queued", "granted", "attempt", "answer", "rate_limited", "retry", "recovered", "cache", "fallback", "replayed", "error", "done", "circuit", "gate_closed", "gate_opened",
    "options_reloaded", "options_rejected", "missed"];
  const sentence = {
    queued: e => `${e.message}${e.cause ? " – " + e.cause : ""}`,
    granted: e => `went after ${span(e.took)}`,
    attempt: e => `attempt ${e.attempt} sent`,
    answer: e => `attempt ${e.attempt}: ${e.status ?? "no answer"} after ${span(e.took)}${e.cause ? " – " + e.cause : ""}`,
    rate_limited: e => `refused by the provider${e.delay === undefined ? "" : ", to wait " + span(e.delay)}`,
    retry: e => `${e.message}${e.cause ? " – " + e.cause : ""}`,
    error: e => e.error,
    done: e => `${e.message} ${span(e.took)}`,
  };

  function told(kind, e) {
    events++;
    const key = e.call ? `call ${e.call}` : `event ${events}`;
    let call = calls.get(key);
    if (!call) {
      calls.set(key, call = { key, at: e.at, client: e.client ?? "", title: e.operation ?? e.authority ?? e.quota ?? "", steps: [], look: "", notable: !e.call, v: 0 });
      order.unshift(call);
      if (order.length > MAX_CALLS) for (const old of order.splice(MAX_CALLS)) calls.delete(old.key);
    }
    call.v++;
    if (["queued", "rate_limited", "retry", "error", "fallback"].includes(kind)) call.notable = true;
    if (kind === "error") call.look = "bad";
    else if (kind === "done") call.look ||= "good";
    else if (kind === "recovered" || (call.notable && call.look === "")) call.look = "warn";
    if (!e.call) call.look = kind === "circuit" ? circuitClass(e.circuit) : kind === "gate_closed" || kind === "options_rejected" ? "bad" : kind === "missed" ? "warn" : "good";
    if (call.steps.length < MAX_STEPS) call.steps.push({ at: e.at, text: (sentence[kind] ?? (e => e.message))(e) });
    if (kind === "circuit" || kind === "gate_closed" || kind === "gate_opened") refreshSoon();
    if (!timelineDue && !paused) {
      timelineDue = true;
      setTimeout(() => { timelineDue = false; renderTimeline(); }, 200);
    }
  }

  function renderTimeline() {
    if (paused) return;
    const only = $("notable").checked, words = filterWords();
    const shown = order.filter(c => (!only || c.notable) && matches(words, `${c.client} ${c.title}`)).slice(0, 100);
    keyed($("timeline"), shown, c => c.key, call => {
      const item = el("li"), head = el("div", "head");
      head.append(el("strong", "", call.client), el("span", "", call.title), el("time", "", clock(call.at)));
      item.append(head, el("ol"));
      return item;
    }, (item, call) => {
      if (item.v === call.v) return;
      item.v = call.v;
      item.className = call.look;
      const list = item.lastChild;
      for (const step of call.steps.slice(list.children.length)) {
        const line = el("li");
        line.append(el("time", "", clock(step.at)), " ", step.text);
        list.append(line);
      }
    });
  }

  // ---- the whole

  const filterWords = () => $("filter").value.toLowerCase().split(/\s+/).filter(w => w);
  const matches = (words, text) => words.every(w => text.toLowerCase().includes(w));

  function render() {
    if (!snapshot) return;
    const words = filterWords(), open = snapshot.circuits.filter(c => c.state !== "Closed").length,
      closed = snapshot.quotas.filter(q => q.closed_until !== null).length;
    const many = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;
    const part = (shown, total, what) => total > shown ? ` · ${shown} of ${total} ${what} are shown` : "";
    set($("summary"), `${many(snapshot.clients.length, "client")} · ${open ? many(open, "circuit") + " not closed" : "all circuits closed"} · ${closed ? many(closed, "gate") + " closed" : "all gates open"}`
      + part(snapshot.circuits.length, snapshot.circuits_total, "circuits") + part(snapshot.quotas.length, snapshot.quotas_total, "quotas"));
    $("summary").className = open ? "bad-text" : closed ? "warn-text" : "good-text";
    keyed($("clients"), snapshot.clients.filter(c => matches(words, `${c.client} ${c.provider ?? ""}`)), c => c.client, makeClient, updateClient);
    // A quota without limits, gate or queue has nothing to show.
    const telling = snapshot.quotas.filter(q => q.limits.length > 0 || q.closed_until !== null || waitingOf(q) > 0);
    keyed($("quotas"), telling.filter(q => matches(words, quotaName(q))), quotaName, makeQuota, updateQuota);
  }

  async function json(path) {
    const answer = await fetch(`${base}/${path}`, { cache: "no-store" });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  }

  async function refresh() {
    try {
      snapshot = await json("snapshot");
      skew = Date.parse(snapshot.at) - Date.now();
      render();
    } catch { set($("summary"), "No answer from the app; trying again …"); }
  }

  function refreshSoon() {
    if (snapshotDue) return;
    snapshotDue = setTimeout(() => { snapshotDue = 0; refresh(); }, 200);
  }

  async function refreshHistory() {
    try {
      for (const client of (await json("history")).clients) history.set(client.client, client.points);
      render();
    } catch { /* The next one will do. */ }
  }

  function listen() {
    const source = new EventSource(`${base}/events`);
    source.addEventListener("hello", () => set($("live"), "live"));
    for (const kind of KINDS) {
      // "error" is also what the browser calls a lost connection; that one has no data.
      source.addEventListener(kind, e => { if (e.data) told(kind, JSON.parse(e.data)); else set($("live"), "reconnecting …"); });
    }
  }

  $("filter").addEventListener("input", () => { render(); renderTimeline(); });
  $("notable").addEventListener("change", renderTimeline);
  $("pause").addEventListener("click", e => {
    paused = !paused;
    e.target.setAttribute("aria-pressed", paused);
    set(e.target, paused ? "Go on" : "Pause");
    renderTimeline();
  });
  setInterval(() => { for (const node of document.querySelectorAll(".gate, .reset, .row .muted")) if (node.until) tickOne(node); }, 500);
  setInterval(refresh, 2000);
  setInterval(refreshHistory, 10000);
  refresh().then(refreshHistory);
  listen();
})();
