// A signature drawn by finger, pen or mouse; without this script the form asks for name and number alone.
"use strict";

const INK = "#14233a";
const WIDTH = 2.2;

for (const box of document.querySelectorAll("[data-sign]")) {
  const canvas = box.querySelector("canvas");
  const field = document.getElementById(box.dataset.sign);
  const pen = canvas.getContext("2d");
  let last = null;
  let drawn = false;

  box.hidden = false;
  fit();

  function fit() {
    const scale = Math.min(window.devicePixelRatio || 1, 2);
    canvas.width = Math.min(Math.round(canvas.clientWidth * scale), 1600);
    canvas.height = Math.round(canvas.clientHeight * scale);
    pen.scale(canvas.width / canvas.clientWidth, canvas.height / canvas.clientHeight);
    Object.assign(pen, { strokeStyle: INK, fillStyle: INK, lineWidth: WIDTH, lineCap: "round", lineJoin: "round" });
  }

  function place(event) {
    const edge = canvas.getBoundingClientRect();
    return { x: event.clientX - edge.left, y: event.clientY - edge.top };
  }

  function stroke(to) {
    pen.beginPath();
    pen.moveTo(last.x, last.y);
    pen.lineTo(to.x, to.y);
    pen.stroke();
    last = to;
    drawn = true;
  }

  canvas.addEventListener("pointerdown", event => {
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    stroke({ x: last.x + 0.1, y: last.y });
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", event => last && stroke(place(event)));
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });

  box.querySelector("button").addEventListener("click", () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    drawn = false;
  });
  field.form.addEventListener("submit", () => { field.value = drawn ? canvas.toDataURL("image/png") : ""; });
}
