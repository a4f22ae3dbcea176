// The board of deals. Drag with SortableJS where there is a mouse; Shift ← → with the keyboard; on a phone the sheet 移到… does it.
//
//   <div class="columns" data-board>
//     <section class="column d3" id="stage-12" data-stage="12">   data-zone="win" on the column that means won
//       <ul class="cards"><li class="card" id="deal-5" data-move="URL of POST stage=12" data-win="URL" data-lose="URL">   no data-move: stays put
//   <div class="zones"><div class="zone won" data-zone="win"><div class="zone lost" data-zone="lose">
//
// A move answers with both columns out of band; a refusal puts the card back.
"use strict";

{
  const wide = matchMedia("(min-width: 640px)");
  const board = () => document.querySelector("[data-board]");
  const columns = () => [...document.querySelectorAll("[data-board] .column")];

  const ask = url => htmx.ajax("GET", url, { target: "#dialog-body" });

  async function move(card, column, putBack) {
    let accepted = false;
    const hear = event => { accepted = event.detail.ctx.response.raw.ok; };
    card.addEventListener("htmx:after:request", hear, { once: true });
    await htmx.ajax("POST", card.dataset.move, { source: card, target: card, swap: "none", values: { stage: column.dataset.stage } });
    if (!accepted) putBack();
    document.getElementById(card.id)?.querySelector("a")?.focus({ preventScroll: true });
  }

  function dropped(event) {
    board().parentElement.classList.remove("dragging");
    const { item: card, from, to, oldIndex } = event;
    if (from === to) return;
    const putBack = () => from.insertBefore(card, from.children[oldIndex] ?? null);
    const zone = to.closest("[data-zone]")?.dataset.zone;
    if (zone) {
      putBack();
      return ask(card.dataset[zone]);
    }
    move(card, to.closest(".column"), putBack);
  }

  function setUp() {
    if (!board() || !wide.matches) return;
    const lists = document.querySelectorAll("[data-board] .cards, .zones [data-zone], [data-board] .unfold");
    lists.forEach(list => Sortable.get(list) || Sortable.create(list, {
      group: { name: "deals", pull: list.matches(".cards"), put: true },
      sort: false,
      draggable: ".card[data-move]",
      ghostClass: "ghost",
      dragClass: "moving",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      onStart: () => board().parentElement.classList.add("dragging"),
      onUnchoose: ({ item: card }) => card.getAttribute("style") || card.removeAttribute("style"),  // left empty; read again it would offend the CSP
      onEnd: dropped,
    }));
  }

  // Shift ← → moves the card that has the focus or is current; ← → alone goes to the neighbouring column.
  document.addEventListener("keydown", event => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const card = document.activeElement.closest?.(".card") ?? document.querySelector(".card.current");
    if (!step || !card || !board() || event.target.closest("input, textarea, select, dialog")) return;
    event.preventDefault();
    const all = columns();
    const next = all[all.indexOf(card.closest(".column")) + step];
    if (!next) return;
    if (!event.shiftKey) return next.querySelector(".card a, .unfold")?.focus();
    if (!card.dataset.move) return;
    next.dataset.zone ? ask(card.dataset[next.dataset.zone]) : move(card, next, () => {});
  });

  // One stage per screen: the tabs follow the swipe, and a tab scrolls to its stage.
  const tabs = () => [...document.querySelectorAll(".stage-tabs a")];
  const tabOf = column => tabs().find(tab => tab.hash === `#${column.id}`);

  function show(tab) {
    tabs().forEach(other => other === tab ? other.setAttribute("aria-current", "true") : other.removeAttribute("aria-current"));
    tab.parentElement.scrollTo({ left: tab.offsetLeft - tab.parentElement.offsetWidth / 2 + tab.offsetWidth / 2, behavior: "smooth" });
  }

  function follow() {
    if (wide.matches || !board()) return;
    const nearest = columns().sort((a, b) => Math.abs(a.getBoundingClientRect().left) - Math.abs(b.getBoundingClientRect().left))[0];
    if (nearest && tabOf(nearest)) show(tabOf(nearest));
  }

  function goTo(tab, behavior = "smooth") {
    const column = document.getElementById(tab.hash.slice(1));
    if (column) board().scrollTo({ left: column.offsetLeft - board().offsetLeft, behavior });
  }

  document.addEventListener("click", event => {
    const tab = event.target.closest(".stage-tabs a");
    if (!tab || wide.matches) return;
    event.preventDefault();
    goTo(tab);
  });

  document.addEventListener("htmx:after:swap", () => { setUp(); follow(); });
  let resting;
  document.addEventListener("scroll", event => {
    if (event.target !== board()) return;
    clearTimeout(resting);
    resting = setTimeout(follow, 100);
  }, true);
  const first = document.querySelector(".stage-tabs [aria-current]");
  if (first && board() && !wide.matches) goTo(first, "instant");
  setUp();
}
