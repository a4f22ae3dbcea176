// Haitu in the browser: what plain HTML and htmx cannot do. No framework, nothing inline.
// Behaviour hangs on data attributes, so a part that htmx swaps in needs no set-up of its own.
"use strict";

const body = document.body;
const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const on = (event, handler, capture = false) => document.addEventListener(event, handler, capture);

// ---- Input methods: pinyin in the making is not input yet, and the Enter that picks a candidate submits nothing ----

const composing = event => event.isComposing || event.keyCode === 229;

on("input", event => { if (event.isComposing) event.stopImmediatePropagation(); }, true);
on("compositionend", event => setTimeout(() => event.target.dispatchEvent(new Event("input", { bubbles: true }))), true);
on("keydown", event => {
  if (!composing(event)) return;
  event.stopImmediatePropagation();
  if (event.key === "Enter") event.preventDefault();
}, true);

// ---- Messages ----

function toast(text, tone = "ok") {
  const box = document.createElement("div");
  box.className = `toast ${tone}`;
  box.setAttribute("role", tone === "bad" ? "alert" : "status");
  box.textContent = text;
  one("#toasts").append(box);
}

function fade(box) {
  if (box.matches(":hover, :focus-within")) return void setTimeout(fade, 2000, box);
  box.classList.add("leaving");
  setTimeout(() => box.remove(), 200);
}

const toasts = one("#toasts");
// The newest message stands alone, so that Z means what it shows; complaints stay beside it.
function arrived(box) {
  if (!box.classList?.contains("toast")) return;
  all(".toast:not(.bad)", toasts).filter(other => other !== box && other.compareDocumentPosition(box) & 4).forEach(other => other.remove());
  setTimeout(fade, 10000, box);
}
all(".toast", toasts).forEach(arrived);
new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(arrived))).observe(toasts, { childList: true });

// ---- htmx: after 300 ms a bar on top and the old content dimmed; a sentence when no answer came that could be shown ----

const slow = new Map();
on("htmx:before:request", ({ detail: { ctx } }) => slow.set(ctx, setTimeout(() => {
  body.classList.add("loading");
  if (ctx.target instanceof Element && ctx.target !== body) ctx.target.classList.add("waiting");
}, 300)));
on("htmx:finally:request", ({ detail: { ctx } }) => {
  clearTimeout(slow.get(ctx));
  slow.delete(ctx);
  if (ctx.target instanceof Element) ctx.target.classList.remove("waiting");
  if (!slow.size) body.classList.remove("loading");
});
on("htmx:error", event => { if (event.detail.error?.name !== "AbortError") toast(body.dataset.failed, "bad"); });
on("htmx:response:error", event => {
  const { ctx } = event.detail;
  if (!/<\w/.test(ctx.text)) { ctx.swap = "none"; toast(body.dataset.failed, "bad"); }
});
on("htmx:after:swap", ({ detail: { ctx } }) => { focusError(ctx.target?.closest?.("dialog") ?? document); countSelected(); one(":popover-open .htmx-request")?.closest("[popover]").hidePopover(); });

const focusError = within => one("[aria-invalid=true]", within)?.focus();

// ---- Dialogs, drawers, sheets, menus ----

function open(dialog) {
  if (!dialog || dialog.open) return;
  all(":popover-open").forEach(menu => menu.hidePopover());
  dialog.showModal();
  const mark = one("body > .watermark"); // a dialog lies over the page's own
  if (mark && !one(".watermark", dialog)) dialog.append(mark.cloneNode());
  (one("[autofocus], [aria-invalid=true]", dialog) || one("input:not([type=hidden]), textarea, select", dialog))?.focus();
}

on("click", event => {
  const opener = event.target.closest("[data-dialog]");
  if (!opener || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (!opener.hasAttribute("hx-get")) open(document.getElementById(opener.dataset.dialog));
});
on("click", event => {
  const dialog = event.target.closest("dialog");
  if (dialog && (event.target === dialog || event.target.closest("[data-close]"))) {
    event.preventDefault();
    dialog.close();
  }
});
on("close", event => { if (["dialog", "drawer"].includes(event.target.id)) event.target.firstElementChild.replaceChildren(); }, true);

// What one need not answer goes: <button data-dismiss="id of it">.
on("click", event => {
  const dismissed = document.getElementById(event.target.closest("[data-dismiss]")?.dataset.dismiss);
  if (!dismissed) return;
  one("a", dismissed.previousElementSibling)?.focus();
  dismissed.remove();
});

// A dialog opens when something comes into it from outside, and closes when the change made in it succeeded.
on("htmx:after:swap", event => {
  const { ctx } = event.detail;
  const dialog = ctx.target?.closest?.("dialog");
  if (dialog?.textContent.trim() && !dialog.contains(ctx.sourceElement)) open(dialog);
});
on("htmx:after:request", event => {
  const { ctx } = event.detail;
  const dialog = ctx.sourceElement.closest("dialog");
  if (dialog && !ctx.sourceElement.closest("[data-stays]") && ctx.request.method !== "GET" && ctx.response.raw.ok) dialog.close();
});

// A form whose answer is a file leaves its dialog.
on("submit", event => { if ("closes" in event.target.dataset) event.target.closest("dialog")?.close(); });

// A menu stands below its button, inside the window.
on("toggle", event => {
  const menu = event.target;
  if (!menu.matches?.(".menu") || event.newState !== "open") return;
  const button = all(`[popovertarget="${menu.id}"]`).find(opener => opener.checkVisibility()).getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = button.bottom + 4 + height <= innerHeight;
  menu.style.top = `${below ? button.bottom + 4 : Math.max(8, button.top - 4 - height)}px`;
  menu.style.left = `${Math.max(8, Math.min(button.left + width <= innerWidth - 8 ? button.left : button.right - width, innerWidth - width - 8))}px`;
}, true);

// ---- Rows: selection, and the current one that the keys move ----

const selected = form => all("td.pick input:checked").filter(box => !form || box.form?.id === form);

function countSelected() {
  const number = selected().length;
  all("[data-words]").forEach(words => {
    const [before, after] = words.dataset.words.split("{n}");
    const bold = document.createElement("b");
    bold.textContent = number;
    words.replaceChildren(before, bold, after ?? "");
  });
  all(".selection").forEach(bar => { bar.hidden = number === 0; });
  all("[data-check-all]").forEach(box => {
    const boxes = all("td.pick input:enabled");
    box.checked = boxes.length > 0 && number === boxes.length;
    box.indeterminate = number > 0 && number < boxes.length;
  });
}

on("change", event => {
  if (event.target.matches("[data-check-all]")) all("td.pick input:enabled").forEach(box => { box.checked = event.target.checked; });
  if (event.target.matches("input[type=checkbox]")) countSelected();
});
on("click", event => {
  if (!event.target.closest("[data-clear]")) return;
  selected().forEach(box => { box.checked = false; });
  countSelected();
});

const rows = () => all("tbody tr, .task, .inbox > li, .column .card").filter(row => row.offsetParent && one("a, td.pick", row));

function moveRow(step) {
  const list = rows();
  const now = list.findIndex(row => row.classList.contains("current"));
  const next = list[Math.max(0, Math.min(list.length - 1, now + step))];
  if (!next) return;
  list[now]?.classList.remove("current");
  next.classList.add("current");
  next.scrollIntoView({ block: "nearest" });
  if (next.matches(".card, li")) one("a", next).focus({ preventScroll: true });
}

const currentRow = () => one("tr.current, .task.current, .inbox > .current, .card.current");

// ---- Keys: off while writing, off while composing, off where a person switched them off ----

const GO = { t: "home", p: "pools", l: "leads", c: "customers", b: "opportunities", q: "quotes", o: "orders", s: "tickets" };
let afterG = 0;

const PRESSED = {
  j: () => moveRow(1),
  k: () => moveRow(-1),
  x: () => one("td.pick input", currentRow() || undefined)?.click(),
  Enter: () => one("a[href]", currentRow())?.click(),
  n: () => one(".composer textarea")?.focus(),
  z: () => all("[data-undo]").pop()?.click(),
  "/": () => open(one("#palette")),
  "?": () => open(one("#keys-dialog")),
};

const writing = element => element.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

function shortcut(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (Date.now() - afterG < 1500 && GO[key]) return one(`[data-go="${GO[key]}"]`) ?? null;
  afterG = key === "g" ? Date.now() : 0;
  const inRow = all("[data-row-key]", currentRow() ?? document.createElement("i")).find(item => item.dataset.rowKey.toLowerCase() === key);
  if (inRow) return inRow;
  const button = all("[data-key]").find(item => item.dataset.key.toLowerCase() === key && item.checkVisibility());
  if (button) return button;
  if (key === "Enter" && (!currentRow() || event.target.closest("a, button"))) return null;
  return PRESSED[key] ?? null;
}

on("keydown", event => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return open(one("#palette"));
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.form) {
    event.preventDefault();
    return event.target.form.requestSubmit();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || "noShortcuts" in body.dataset) return;
  if (one("dialog[open]")) return;
  if (writing(event.target)) {
    if (event.key === "Escape" && !event.target.matches("[role=combobox]")) event.target.blur(); // the keys work again
    return;
  }
  const action = shortcut(event);
  if (!action) return;
  event.preventDefault();
  action.click ? action.click() : action();
});

// ---- Lists under an input (combo, palette): ↑ ↓ Enter ----

const listOf = input => document.getElementById(input.getAttribute("aria-controls"));

function mark(list, step) {
  const options = all("[role=option]", list);
  const now = options.findIndex(option => option.getAttribute("aria-selected") === "true");
  const next = options[(now + step + options.length) % options.length] ?? options[0];
  options.forEach(option => option.setAttribute("aria-selected", String(option === next)));
  next?.scrollIntoView({ block: "nearest" });
}

function closeList(combo) {
  one(".list", combo).replaceChildren();
  one("[role=combobox]", combo).setAttribute("aria-expanded", "false");
}

function pick(option) {
  if (option.href) return option.click();
  const combo = option.closest("[data-combo]");
  const [hidden, text] = [one("input[type=hidden]", combo), one("[role=combobox]", combo)];
  hidden.value = option.dataset.value;
  text.value = option.dataset.text;
  closeList(combo);
  hidden.dispatchEvent(new Event("change", { bubbles: true }));
}

on("keydown", event => {
  if (event.target.getAttribute?.("role") !== "combobox") return;
  const list = listOf(event.target);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    return mark(list, event.key === "ArrowDown" ? 1 : -1);
  }
  const option = one("[aria-selected=true]", list);
  if (event.key === "Enter" && option) {
    event.preventDefault();
    return event.ctrlKey && option.href ? window.open(option.href, "_blank", "noopener") : pick(option);
  }
  if (event.key === "Escape" && "palette" in event.target.dataset) {
    event.preventDefault();
    return event.target.closest("dialog").close();
  }
  if (event.key === "Escape" && event.target.closest("[data-combo]") && list.childElementCount) {
    event.preventDefault();
    closeList(event.target.closest("[data-combo]"));
  }
});
on("click", event => {
  const option = event.target.closest("[data-combo] [role=option]");
  if (option) pick(option);
  all("[data-combo]").filter(combo => !combo.contains(event.target)).forEach(closeList);
});

// A combo asks for its rows itself: the request carries ?q= whatever the field is called.
let searchTimer;
on("input", event => {
  const input = event.target;
  if (!input.dataset?.search) return;
  one("input[type=hidden]", input.closest("[data-combo]")).value = "";
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => search(input), 200);
});
async function search(input) {
  const list = listOf(input);
  const url = new URL(input.dataset.search, location);
  url.searchParams.set("q", input.value.trim());
  await htmx.ajax("GET", url.pathname + url.search, { source: input, target: list, swap: "innerHTML" });
  input.setAttribute("aria-expanded", String(list.childElementCount > 0));
  mark(list, 1);
}
on("htmx:after:swap", event => { if (event.target.closest?.("#palette")) mark(one("#palette-list"), 1); });

// ---- Drafts of what is being written, kept until it is sent ----

const draftKey = area => `draft:${location.pathname}:${area.name}`;
const restoreDrafts = () => all("textarea[data-keep]").forEach(area => { area.value ||= localStorage.getItem(draftKey(area)) ?? ""; });
on("input", event => {
  if (!event.target.matches("textarea[data-keep]")) return;
  localStorage.setItem(draftKey(event.target), event.target.value);
  const words = one("[data-draft-words]", event.target.form);
  if (words) words.textContent = `${body.dataset.draft} ${new Date().toTimeString().slice(0, 5)}`;
});
const forgetDraft = form => all("textarea[data-keep]", form).forEach(area => localStorage.removeItem(draftKey(area)));
on("submit", event => { if (!event.target.closest("[hx-post]")) forgetDraft(event.target); });
on("htmx:after:request", event => { if (event.detail.ctx.response.raw.ok && event.detail.ctx.request.form) forgetDraft(event.detail.ctx.request.form); });
restoreDrafts();

// ---- Small things ----

on("click", event => {
  const button = event.target.closest("[data-show-password], [data-copy], [data-step], [data-print]");
  if (!button) return;
  if (button.dataset.showPassword) {
    const input = document.getElementById(button.dataset.showPassword);
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    [button.textContent, button.dataset.hide] = [button.dataset.hide, button.textContent];
  }
  if ("print" in button.dataset) window.print();
  if (button.dataset.copy) navigator.clipboard?.writeText(button.dataset.copy).then(() => toast(body.dataset.copied));
});

on("click", event => {
  const tab = event.target.closest("[data-tab-link]");
  if (!tab) return;
  event.preventDefault();
  one(".record").dataset.tab = tab.dataset.tabLink;
  all("[data-tab-link]").forEach(link => link === tab ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current"));
});

// The theme changes at once; the form tells the server for the next page.
on("submit", event => {
  const form = event.target.closest("[data-theme-form]");
  if (!form || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  theme ? document.documentElement.setAttribute("data-theme", theme) : document.documentElement.removeAttribute("data-theme");
  all("[data-theme-form] button").forEach(button => button.value === theme ? button.setAttribute("aria-current", "true") : button.removeAttribute("aria-current"));
  fetch(form.action, { method: "POST", body: new FormData(form, event.submitter) });
});

// In a row that scrolls sideways the current place stands in sight.
all(".pills, .side-nav, .tabs").forEach(row => { row.scrollLeft = (one("[aria-current]", row)?.offsetLeft ?? 0) - row.offsetLeft - 40; });

countSelected();
focusError(document);
