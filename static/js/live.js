// What others do while one looks: who is at work on a record (正在跟进), and which rows left or entered an open pool.
//
//   <span class="here" data-live="lead.12">                 is filled with the chip of whoever else is at work on it
//   <div data-pool="3" data-what="lead" data-since="1042">  rows of others' are struck and leave; what is new is counted on [data-news]
//   <form data-at-work="/leads/12/presence" data-doing="follow_up">   tells the others once somebody writes in it; data-at-once: when it opens
//   <div data-record="/leads/12/presence">                  a telephone number tapped on this page is a call about this record
"use strict";

{
  const EVERY = 2000, LONGEST = 60000, BEAT = 45000;
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (event, handler) => document.addEventListener(event, handler);
  const shown = () => document.visibilityState === "visible";

  // ---- Asking: every two seconds while somebody looks, ever more seldom while nobody answers ----

  let since = one("[data-since]")?.dataset.since ?? "";
  let failures = 0, timer, asking = false;

  function address() {
    const ids = {};
    all("[data-live]").forEach(place => {
      const [kind, id] = place.dataset.live.split(".");
      (ids[kind] ??= new Set()).add(id);
    });
    const pool = one("[data-pool]")?.dataset;
    const query = new URLSearchParams(pool ? location.search : "");
    ["after", "before"].forEach(name => query.delete(name));
    query.set("since", since);
    if (pool) { query.set("pool", pool.pool); query.set("what", pool.what); }
    Object.entries(ids).forEach(([kind, set]) => query.append("on", [kind, ...set].join(".")));
    return `/changes?${query}`;
  }

  const plan = wait => { clearTimeout(timer); timer = setTimeout(ask, wait * (0.9 + Math.random() * 0.2)); };

  async function ask() {
    if (asking || !shown() || !one("[data-live], [data-pool]")) return;
    asking = true;
    try {
      const answer = await fetch(address(), { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(10000) });
      if (answer.status === 401) return;  // logged out elsewhere: the next click leads to the login
      if (!answer.ok) throw new Error(answer.status);
      if (answer.status === 200) show(await answer.text());
      since = answer.headers.get("Haitu-Since");
      failures = 0;
    } catch {
      failures += 1;
    } finally {
      asking = false;
    }
    plan(Math.min(EVERY * 2 ** failures, LONGEST));
  }

  // ---- Showing ----

  function show(html) {
    const news = document.createElement("template");
    news.innerHTML = html;
    const chips = new Map(all("[data-live]", news.content).map(part => [part.dataset.live, part.innerHTML]));
    all("[data-live]").forEach(place => {
      const chip = chips.get(place.dataset.live) ?? "";
      if (place.innerHTML !== chip) place.innerHTML = chip;
    });
    all("[data-gone]", news.content).forEach(strike);
    all("[data-count]", news.content).forEach(part => all(`a[href="${part.dataset.count}"] .count`).forEach(count => { count.textContent = part.textContent; }));
    one("#meters", news.content) && one("#meters")?.replaceWith(one("#meters", news.content));
    announce(all("[data-come]", news.content).map(part => part.dataset.come), one("[data-slept]", news.content));
  }

  // A row that is somebody's now: struck, with the chip that says whose, and gone after four seconds.
  function strike(part) {
    arrived.delete(part.dataset.gone);
    const row = document.getElementById(part.dataset.gone);
    const box = row && one("td.pick input", row);
    if (!box || box.disabled) return;
    if (row.contains(document.activeElement)) {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      (next && one("td.title a", next))?.focus({ preventScroll: true });
    }
    one("[data-live]", row)?.remove();  // should it come back, it is new here
    box.checked = false;
    box.disabled = true;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    row.classList.add(...("mine" in part.dataset ? [] : ["taken"]), "leaving");
    one("td.note", row)?.replaceChildren();
    one("td.why", row).replaceChildren(wrapped("desk-only", part.innerHTML));
    one("td.act", row).replaceChildren(wrapped("phone-only", part.innerHTML));
  }

  function wrapped(name, html) {
    const span = document.createElement("span");
    span.className = name;
    span.innerHTML = html;
    return span;
  }

  // What came in is counted on a line over the list, which itself stays as it is until one asks for it.
  let line, arrived = new Set();
  function announce(ids, slept) {
    if (line !== one("[data-news]")) [line, arrived] = [one("[data-news]"), new Set()];
    ids.forEach(id => arrived.add(id));
    if (!line) return;
    const words = one("[data-news-words]", line);
    if (slept) words.textContent = words.dataset.changed;
    else if (line.hidden || words.textContent !== words.dataset.changed) words.textContent = words.dataset.newsWords.replace("{n}", arrived.size);
    line.hidden = !arrived.size && words.textContent !== words.dataset.changed;
  }

  // ---- Telling: who writes, telephones, quotes or opens a ticket says so, again while he is at it, and when he leaves ----

  const working = new Map();  // address -> the element that says so
  const token = () => JSON.parse(document.body.getAttribute("hx-headers:inherited"))["X-CSRFToken"];
  const post = (url, doing) => fetch(url, { method: "POST", headers: { "X-CSRFToken": token(), "HX-Request": "true" }, body: new URLSearchParams(doing ? { doing } : {}), keepalive: true }).catch(() => {});

  function begin(element) {
    const { atWork, doing } = element.dataset;
    if (working.get(atWork) === element) return;
    working.set(atWork, element);
    post(atWork, doing);
  }

  function end(url) {
    working.delete(url);
    post(`${url}/end`);
  }

  const written = element => "atOnce" in element.dataset || element.contains(document.activeElement) || all("textarea", element).some(area => area.value.trim());
  const tidy = () => [...working].forEach(([url, element]) => { if (!element.isConnected || !element.checkVisibility() || !written(element)) end(url); });
  const beginAtOnce = () => all("[data-at-once]").forEach(begin);

  on("focusin", event => {
    const form = event.target.closest("[data-at-work]");
    if (form && event.target.matches("textarea")) begin(form);
  });
  on("focusout", () => setTimeout(tidy));
  document.addEventListener("close", () => setTimeout(tidy), true);
  on("click", event => {
    const call = event.target.closest("a[href^='tel:']");
    const record = call && (call.closest("[data-record]") ?? one("[data-record]"));
    if (record) post(record.dataset.record, "call");
  });
  setInterval(() => { if (shown()) { tidy(); working.forEach((element, url) => post(url, element.dataset.doing)); } }, BEAT);

  // ---- When ----

  on("htmx:after:swap", () => {
    since = since.split(".")[0];  // what was swapped in knows of nobody yet
    setTimeout(() => { tidy(); beginAtOnce(); });
    plan(100);
  });
  on("visibilitychange", () => { if (shown()) plan(0); });
  addEventListener("pagehide", () => [...working.keys()].forEach(end));
  addEventListener("pageshow", event => { if (event.persisted) { beginAtOnce(); plan(0); } });
  beginAtOnce();
  ask();
}
