// The quote editor: what is typed goes to the server, which does all arithmetic; lines are picked, moved, taken out.
// Nothing here computes an amount. Without this file the form is saved by its button.
"use strict";
{
  const form = one("#quote-form");
  const counter = one("#counter");
  const saver = one("#saver");
  const lines = one("#lines");
  const search = one("#product-q");
  const list = one("#product-list");
  const AUTOSAVE = 3000;

  form.classList.add("scripted");
  document.body.classList.add("scripted");

  // ---- Saving: 3 s after the last change, one save at a time ----

  let changed = false; // something was typed that the server has not stored
  let saving = false;
  let timer;
  let waiting = []; // what to do once everything is stored

  const inConflict = () => one("#quote-conflict .callout");

  function touch() {
    changed = true;
    for (const id of ["save-state", "save-state-phone"]) document.getElementById(id).textContent = one("#save-state").dataset.unsaved;
    clearTimeout(timer);
    timer = setTimeout(save, AUTOSAVE);
  }
  function recount() {
    touch();
    htmx.trigger(counter, "recount");
  }
  function save() {
    clearTimeout(timer);
    if (!changed || saving || inConflict()) return;
    saving = true;
    changed = false;
    htmx.trigger(saver, "save");
  }
  saver.addEventListener("htmx:after:request", event => {
    const stored = event.detail.ctx.response.raw.ok;
    if (!stored) changed = true;
    saver.dataset.stored = stored ? "yes" : "";
  });
  saver.addEventListener("htmx:finally:request", () => {
    saving = false;
    const stored = saver.dataset.stored === "yes";
    saver.dataset.stored = "";
    if (stored && changed) { timer = setTimeout(save, waiting.length ? 0 : AUTOSAVE); return; }
    const steps = waiting;
    waiting = [];
    if (stored) steps.forEach(step => step());
    else if (!changed) changed = true;
  });

  // What leads away from the draft waits until it is stored.
  on("click", event => {
    const link = event.target.closest("[data-flush]");
    if (!link || !(changed || saving)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = [() => link.click()];
    save();
  }, true);
  addEventListener("pagehide", () => {
    if (changed && !inConflict()) fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true });
  });
  form.addEventListener("submit", event => {
    if (event.submitter?.name) { changed = false; return; }
    event.preventDefault();
    save();
  });

  // ---- Figures that came back: lay them out, mark the fields that are wrong, leave the focus where it is ----

  for (const source of [counter, saver]) source.addEventListener("htmx:after:swap", event => {
    event.stopPropagation();
    layOut();
    setWrong(form.elements.order_discount, one("#discount-error").textContent !== "");
    setWrong(form.elements.valid_until, one("#validity-error").textContent !== "");
  });
  function layOut() {
    const rows = new Map(all("tr[data-line]", lines).map(row => [row.dataset.line, row]));
    for (const line of one("#figures").children) {
      const row = rows.get(line.dataset.key);
      if (!row) continue;
      const wrong = line.dataset.wrong?.split(" ") ?? [];
      write(one("[data-amount]", row), line.dataset.amount);
      write(one("[data-unit]", row), line.dataset.unit);
      write(one("[data-error]", row), line.textContent);
      all("input.cell", row).forEach(input => setWrong(input, wrong.includes(input.name)));
    }
    one("#figures").replaceChildren();
  }
  const write = (cell, text) => { if (cell.textContent !== text) cell.textContent = text; };
  const setWrong = (input, wrong) => wrong ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");

  // ---- Typing ----

  const PRICED = ["quantity", "rate", "order_discount"];

  form.addEventListener("input", event => {
    if (event.target === search) return;
    const row = event.target.closest("tr[data-line]");
    if (row) show(row);
    PRICED.includes(event.target.name) ? recount() : touch();
  });
  form.addEventListener("change", event => { if (event.target.matches("select, [type=date]")) touch(); });

  function show(row) {
    all("[data-shows]", row).forEach(span => { span.textContent = one(`[name=${span.dataset.shows}]`, row).value; });
    one(".paid", row).hidden = !one("[name=rate]", row).value;
  }
  function set(input, value) {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  form.addEventListener("click", event => {
    const step = event.target.closest("[data-step]");
    const fix = event.target.closest("[data-order-discount]");
    const row = event.target.closest("tr[data-line]");
    if (step) {
      const input = one("[name=quantity]", row);
      set(input, Math.max(1, (Number(input.value.replaceAll(",", "")) || 0) + Number(step.dataset.step)));
    } else if (fix) {
      set(form.elements.order_discount, fix.dataset.orderDiscount);
    } else if (event.target.closest("[data-remove]")) {
      event.preventDefault();
      takeOut(row);
    } else if (row && !event.target.closest("input, button")) {
      row.classList.toggle("open");
    }
  });

  // ---- Lines: order, removal, the next cell ----

  function renumber() {
    all("[data-number]", lines).forEach((cell, place) => { cell.textContent = place + 1; });
    one("[data-next]").textContent = lines.rows.length + 1;
  }
  function takeOut(row) {
    const next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    renumber();
    recount();
    (next ? one("[name=quantity]", next) : search).focus();
  }
  function move(row, step) {
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    const field = document.activeElement;
    step < 0 ? other.before(row) : other.after(row);
    field.focus();
    renumber();
    recount();
  }
  const cells = () => [...all("input.cell", lines), search].filter(input => input.checkVisibility());

  form.addEventListener("keydown", event => {
    if (composing(event) || event.target === search) return;
    const row = event.target.closest("tr[data-line]");
    if (row && event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
      event.preventDefault();
      move(row, event.key === "ArrowUp" ? -1 : 1);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target.matches("input")) {
      event.preventDefault();
      const order = cells();
      const next = order[order.indexOf(event.target) + 1];
      if (row && next) { next.focus(); next.select(); } else event.target.blur();
    }
  });
  if (window.Sortable) Sortable.create(lines, { handle: "[data-handle]", animation: 120, onEnd: () => { renumber(); recount(); } });

  // ---- Products: search, choose, add ----

  list.addEventListener("htmx:after:swap", event => event.stopPropagation());
  search.addEventListener("htmx:after:swap", event => {
    event.stopPropagation();
    search.setAttribute("aria-expanded", String(list.childElementCount > 0));
    if (one("[role=option]", list)) mark(list, 1);
    one(".list-foot, .none", list)?.scrollIntoView({ block: "nearest" });
  });
  const shut = () => { list.replaceChildren(); search.setAttribute("aria-expanded", "false"); };

  async function add(option, goOn) {
    search.value = "";
    shut();
    await htmx.ajax("GET", option.dataset.url, { source: lines, target: lines, swap: "beforeend" });
    const row = lines.lastElementChild;
    renumber();
    recount();
    const field = goOn ? search : one("[name=quantity]", row);
    field.focus();
    field.select();
    row.scrollIntoView({ block: "nearest" });
  }
  lines.addEventListener("htmx:after:swap", event => event.stopPropagation());

  search.addEventListener("keydown", event => {
    if (composing(event)) return;
    if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      const option = one("[aria-selected=true]", list);
      if (option) add(option, event.ctrlKey || event.metaKey);
    } else if (event.key === "Escape") {
      search.value = "";
      shut();
    }
  });
  list.addEventListener("click", event => {
    const option = event.target.closest("[role=option]");
    if (option) add(option, false);
  });
  on("click", event => { if (!event.target.closest(".product-search")) shut(); });
  on("click", event => {
    if (!event.target.closest("[data-add]")) return;
    search.scrollIntoView({ block: "center" });
    search.focus();
  });
}
