// The matching board by hand: whoever is proposed for one shift is dragged to another. It only fills in and sends the form
// that stands there anyway ("Move to…"), so everything that can be dragged can also be chosen from that menu.

const kind = "application/x-coordinator";
const shiftOf = (target) => target.closest?.("[data-drop]");

document.addEventListener("dragstart", (event) => {
  const seat = event.target.closest?.("[data-drag]");
  if (!seat) return;
  event.dataTransfer.setData(kind, JSON.stringify({ id: seat.dataset.drag, name: seat.dataset.name, from: shiftOf(seat)?.dataset.drop }));
  event.dataTransfer.effectAllowed = "move";
});

document.addEventListener("dragover", (event) => {
  const shift = shiftOf(event.target);
  if (!shift || !event.dataTransfer.types.includes(kind) || !shift.querySelector("select[data-move]")) return;
  event.preventDefault();
  shift.classList.add("is-target");
});

document.addEventListener("dragleave", (event) => {
  const shift = shiftOf(event.target);
  if (shift && !shift.contains(event.relatedTarget)) shift.classList.remove("is-target");
});

document.addEventListener("drop", (event) => {
  const shift = shiftOf(event.target);
  const dragged = event.dataTransfer.getData(kind);
  if (!shift || !dragged) return;
  event.preventDefault();
  shift.classList.remove("is-target");
  const { id, name, from } = JSON.parse(dragged);
  const select = (event.target.closest("[data-drag]") ?? shift).querySelector("select[data-move]") ?? shift.querySelector("select[data-move]");
  if (!select || from === shift.dataset.drop) return;
  if (![...select.options].some((option) => option.value === id)) select.add(new Option(name, id));
  select.value = id;
  select.form.requestSubmit();
});
