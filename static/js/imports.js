// The upload field: shows which file was chosen, and takes a file that is dropped on it.
const drop = document.querySelector("[data-drop]");

if (drop) {
  const input = drop.querySelector("input[type=file]");
  const name = drop.querySelector("[data-file-name]");
  const tell = () => { if (input.files.length) name.textContent = input.files[0].name; };

  input.addEventListener("change", tell);
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    input.files = event.dataTransfer.files;
    tell();
  });
  tell();
}
