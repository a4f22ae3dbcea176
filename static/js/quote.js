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
  // One question for the totals at a time, asked at once; what is typed meanwhile is asked when the answer is there.
  let counting = false;
  let again = false;
  function recount() {
    touch();
    count();
  }
  function count() {
    again = counting;
    if (counting) return;
    counting = true;
    htmx.trigger(counter, "recount");
  }
  // Rows whose last price stands on the other side of tax than the head: only then it is asked for again.
  counter.addEventListener("htmx:config:request", event => {
    const head = form.elements.inclusive.value;
    if ([...lines.rows].some(({ dataset: { side } }) => side && side !== head)) event.detail.ctx.request.body.set("turned", "1");
  });
  counter.addEventListener("htmx:finally:request", () => {
    counting = false;
    if (again) count();
  });
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
  addEventListener("online", () => { if (changed) recount(); });
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
    turn(one("#turned"));
    setWrong(form.elements.order_discount, one("#discount-error").textContent !== "");
    setWrong(form.elements.price_list, one("#list-error").textContent !== "");
    setWrong(form.elements.valid_until, one("#validity-error").textContent !== "");
  });
  function layOut() {
    const rows = new Map(all("tr[data-line]", lines).map(row => [row.dataset.line, row]));
    for (const line of one("#figures").textContent.split("\n")) {
      const [key, price, amount, unit, below, fields, words, breaks] = line.split("\t");
      const row = rows.get(key);
      if (!row || row.shown === line) continue;
      row.shown = line;
      const wrong = fields ? fields.split(" ") : [];
      write(one("[data-error]", row), words);
      all(".cell", row).forEach(input => setWrong(input, wrong.includes(input.name)));
      if (!one("[data-amount]", row)) continue;
      all("[data-price]", row).forEach(cell => write(cell, price));
      write(one("[data-amount]", row), amount);
      write(one("[data-unit]", row), unit);
      write(one("[data-breaks]", row), breaks);
      const mark = one("[data-loses]", row);
      if (mark) mark.hidden = !below;
    }
    one("#figures").replaceChildren();
  }
  function turn({ textContent, dataset }) {
    if (!textContent) return;
    const told = new Map(JSON.parse(textContent).map(([product, ...words]) => [String(product), words]));
    for (const row of all("tr[data-side]", lines)) {
      const words = told.get(one("[name=product]", row).value);
      if (!words) continue;
      row.dataset.side = dataset.side;
      write(one("[data-own]", row), words[0]);
      write(one("[data-last]", row), words[1]);
      one(".facts", row).title = words[2];
    }
    one("#turned").replaceChildren();
  }
  const write = (cell, text) => { if (cell.textContent !== text) (cell.firstChild ?? cell.appendChild(new Text())).data = text; }; // a new node costs a new style
  const setWrong = (input, wrong) => wrong ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");

  // ---- Typing ----

  const PRICED = ["quantity", "rate", "order_discount", "way", "order_way", "optional", "inclusive", "price_list"];

  form.addEventListener("input", event => {
    if (event.target === search) return;
    const row = event.target.closest("tr[data-line]");
    if (row) show(row);
    PRICED.includes(event.target.name) ? recount() : touch();
  });
  form.addEventListener("change", event => {
    if (event.target.matches("select, [type=date]")) touch();
    if (event.target.name === "price_list") save();
  });

  const PAID = { percent: rate => rate && `${rate}%`, amount: rate => rate && `−${rate}`, agreed: rate => rate && `¥${rate}` };

  function show(row) {
    const way = one("select[name=way]", row);
    if (!way) return;
    way.parentElement.dataset.way = way.value;
    const rate = one("[name=rate]", row).value;
    one("[data-shows]", row).textContent = one("[name=quantity]", row).value;
    one("[data-paid]", row).textContent = PAID[way.value]?.(rate) ?? way.selectedOptions[0].text;
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
      const now = Number(input.value.normalize("NFKC").replaceAll(",", "").replace("。", ".")) || 0;
      set(input, Math.max(now > 0 ? Math.min(now, 1) : 1, Number((now + Number(step.dataset.step)).toFixed(4)))); // 0.57 + 1 is no 1.5699999999999998
    } else if (fix) {
      form.elements.order_way.value = "amount";
      set(form.elements.order_discount, fix.dataset.orderDiscount);
    } else if (event.target.closest("[data-line-menu]")) {
      event.preventDefault();
      menu.matches(":popover-open") ? menu.hidePopover() : openMenu(row, event.target.closest("[data-line-menu]"));
    } else if (event.target.closest("[data-adds]")) {
      event.preventDefault();
      insert(event.target.closest("[data-adds]").value, row => lines.append(row));
    } else if (row && !event.target.closest("input, textarea, button, select, label")) {
      row.classList.toggle("open");
    }
  });

  // ---- The menu of a line: one for all of them ----

  const menu = one("#line-menu");
  let current; // the line whose menu is open

  function openMenu(row, button) {
    current = row;
    const product = Boolean(one("[name=optional]", row));
    all("[data-of]", menu).forEach(item => { item.hidden = !product; });
    all(`[popovertarget=${menu.id}]`).forEach(other => other.removeAttribute("popovertarget"));
    button.setAttribute("popovertarget", menu.id); // where app.js puts the menu
    menu.showPopover();
    one("button:not([hidden])", menu).focus();
  }
  const DOES = {
    copy: row => duplicate(row),
    up: row => move(row, -1),
    down: row => move(row, 1),
    remove: row => takeOut(row),
    optional: row => one("[name=optional]", row).click(),
    free: row => set(one("[name=way]", row), "free"),
    section: row => insert("section", added => row.before(added)),
    note: row => insert("note", added => row.after(added)),
  };
  menu.addEventListener("click", event => {
    const item = event.target.closest("[data-does]");
    if (!item) return;
    menu.hidePopover();
    DOES[item.dataset.does](current);
  });

  // ---- Lines: order, removal, the next cell ----

  function renumber() {
    all("[data-number]", lines).forEach((cell, place) => { cell.textContent = place + 1; });
    one("[data-next]").textContent = lines.rows.length + 1;
  }
  function takeOut(row) {
    const before = row.previousElementSibling, next = row.nextElementSibling || before;
    row.remove();
    renumber();
    recount();
    (next ? one(".cell", next) : search).focus();
    const told = one("#taken-out").content.firstElementChild.cloneNode(true);
    one("[data-undo]", told).addEventListener("click", () => {
      told.remove();
      if (!fits(1)) return;
      before?.isConnected ? before.after(row) : lines.prepend(row);
      settle(one(".cell", row));
    });
    toasts.append(told);
  }
  // A quote that is full takes no more lines, wherever they come from.
  function fits(number) {
    if (lines.rows.length + number <= Number(lines.dataset.most)) return true;
    toast(lines.dataset.full, "bad");
    return false;
  }
  // A copy says what is typed now, and is another line to the server.
  function duplicate(row) {
    if (!fits(1)) return;
    const copy = another(row);
    all("select", row).forEach((select, place) => { all("select", copy)[place].value = select.value; });
    row.after(copy);
    settle(one(".cell", copy));
  }
  function another(row) {
    const copy = row.cloneNode(true);
    const key = Math.random().toString(36).slice(2, 12);
    copy.dataset.line = key;
    copy.shown = "";
    one("[name=key]", copy).value = key;
    all("[name=optional]", copy).forEach(box => { box.value = key; });
    one("[data-error]", copy).id = `error-${key}`;
    all("[aria-describedby]", copy).forEach(field => field.setAttribute("aria-describedby", `error-${key}`));
    return copy;
  }
  // A heading or note is there before the next letter is typed.
  function insert(what, place) {
    if (!fits(1)) return;
    const row = another(one(`#new-${what}`).content.firstElementChild);
    place(row);
    settle(one(".cell", row));
  }
  function settle(field) {
    renumber();
    recount();
    field.focus();
    field.select();
    field.closest("tr")?.scrollIntoView({ block: "nearest" });
  }
  // Lines that the server makes, put where they belong. They are priced by the head as it stands here, saved or not.
  const withHead = fields => {
    for (const name of ["price_list", "inclusive"]) fields.set(name, form.elements[name].value);
    return fields;
  };
  async function fetched(url, { refused, ...options } = {}) {
    const answer = await fetch(url, { headers: { "HX-Request": "true", "HX-Request-Type": "partial" }, ...options });
    const text = await answer.text();
    if (answer.status === 422 && refused) { refused(text); return []; }
    const holder = document.createElement("template");
    if (answer.ok) {
      holder.innerHTML = `<table><tbody>${text}</tbody></table>`;
      return all("tr[data-line]", holder.content);
    }
    holder.innerHTML = text;
    const reason = one(".toast", holder.content);
    reason ? toasts.append(reason) : toast(body.dataset.failed, "bad");
    return [];
  }
  function move(row, step) {
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    const field = document.activeElement;
    step < 0 ? other.before(row) : other.after(row);
    (row.contains(field) ? field : one(".cell", row)).focus();
    renumber();
    recount();
  }
  const cells = () => [...all(".cell", lines), search].filter(input => input.checkVisibility());

  form.addEventListener("keydown", event => {
    if (composing(event) || event.target === search) return;
    const row = event.target.closest("tr[data-line]");
    if (row && event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) {
      event.preventDefault();
      move(row, event.key === "ArrowUp" ? -1 : 1);
    } else if (row && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "d") {
      event.preventDefault();
      duplicate(row);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target.matches("input, .cell")) {
      event.preventDefault();
      const order = cells();
      const next = order[order.indexOf(event.target) + 1];
      if (row && next) { next.focus(); next.select(); } else event.target.blur();
    }
  });
  if (window.Sortable) Sortable.create(lines, { handle: "[data-handle]", animation: 120, onEnd: () => { renumber(); recount(); } });

  // ---- Products: search, choose, add ----

  let answered = ""; // what was typed when the list was asked for
  let early; // Enter came before the list of what is typed

  list.addEventListener("htmx:after:swap", event => event.stopPropagation());
  search.addEventListener("input", () => { early = null; });
  search.addEventListener("htmx:config:request", ({ detail: { ctx } }) => { ctx.asked = search.value; });
  search.addEventListener("htmx:after:swap", event => {
    event.stopPropagation();
    const { target, asked } = event.detail.ctx;
    if (target === list) answered = asked;
    search.setAttribute("aria-expanded", String(list.childElementCount > 0));
    if (one("[role=option]", list)) mark(list, 1);
    one(".list-foot, .none", list)?.scrollIntoView({ block: "nearest" });
    if (early && answered === search.value && sure()) add(sure(), early.goOn);
  });
  // The product that is meant before one has seen the list: the only one, or the one with that code.
  function sure() {
    const found = all("[data-product]", list);
    return found.length === 1 ? found[0] : one("[data-exact]", list);
  }
  const shut = () => { list.replaceChildren(); answered = ""; search.setAttribute("aria-expanded", "false"); };

  async function add(option, goOn) {
    if (option.href) return ask("GET", option.href);
    search.value = "";
    shut();
    if (!fits(1)) return;
    const [row] = await fetched(`${option.dataset.url}&${withHead(new URLSearchParams())}`);
    if (!row) return;
    lines.append(row);
    settle(goOn ? search : one("[name=quantity]", row));
  }

  search.addEventListener("keydown", event => {
    if (composing(event)) return;
    if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      const option = one("[aria-selected=true]", list), goOn = event.ctrlKey || event.metaKey;
      if (search.value !== answered) {
        search.dispatchEvent(new Event("input"));
        early = { goOn };
      } else if (option) {
        add(option, goOn);
      }
    } else if (event.key === "Escape") {
      search.value = "";
      shut();
    }
  });
  list.addEventListener("click", event => {
    const option = event.target.closest("[role=option]");
    if (!option || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    add(option, false);
  });
  on("click", event => { if (!event.target.closest(".product-search, dialog")) shut(); });

  // What is picked, pasted or made in a dialog comes behind the other lines; a form that is wrong comes back.
  const dialog = one("#dialog");
  const ask = (verb, url, values) =>
    htmx.ajax(verb, url, { source: search, target: "#dialog-body", swap: "innerHTML", values }).then(() => open(dialog));

  function refused(text) {
    one("#dialog-body").innerHTML = text;
    htmx.process(one("#dialog-body"));
    one("[aria-invalid=true]", dialog)?.focus();
  }
  on("submit", async event => {
    const sent = event.target;
    if (!("addsLines" in sent.dataset)) return;
    event.preventDefault();
    const rows = await fetched(sent.action, { method: "POST", body: withHead(new URLSearchParams(new FormData(sent))), refused });
    if (!rows.length || !fits(rows.length)) return;
    lines.append(...rows);
    search.value = "";
    shut();
    if (!sent.dataset.keepsOpen) dialog.close();
    settle(one("[name=quantity]", rows[0]));
    if (sent.dataset.keepsOpen) { sent.remove(); one(sent.dataset.keepsOpen, dialog).focus(); }
  });
  search.addEventListener("paste", event => {
    const text = event.clipboardData.getData("text/plain").replace(/\s+$/, "");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    ask("POST", one("[data-paste]").href, { rows: text, ...Object.fromEntries(withHead(new URLSearchParams())) });
  });
  on("click", event => {
    if (!event.target.closest("[data-add]")) return;
    search.scrollIntoView({ block: "center" });
    search.focus();
  });
}
