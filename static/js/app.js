// What JavaScript adds to pages that work without it: keys, focus after errors, no double submits, toasts, offline.

const body = document.body;
const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const shortcutsOn = () => body.dataset.shortcuts !== "off";

// --- keys: `/` search, `g` + letter to go, `j` `k` rows, `?` the list of keys; other letters press the button of the row, or of the page ---

let going = false;

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus();
  if (!shortcutsOn() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (going) {
    going = false;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    }
  } else if (event.key === "/") {
    const search = document.querySelector("input[data-search]") ?? document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.matches("input") ? search.focus() : search.click();
    }
  } else if (event.key === "g") {
    going = true;
    setTimeout(() => (going = false), 1500);
  } else if (event.key === "?") {
    document.getElementById("keys")?.togglePopover();
  } else if (pressOnPage(event.key) || pressInList(event.key)) {
    event.preventDefault();
  }
});

// A page about one thing: `data-page-key` presses its button or goes to its field, wherever the focus is.
function pressOnPage(key) {
  const target = document.querySelector(`[data-page-key="${CSS.escape(key)}"]`);
  if (target) target.matches("input, textarea, select") ? target.focus() : target.click();
  return Boolean(target);
}

// Keys pressed while the list is about to be replaced: its rows may be done already, so they are pressed in the new one.
const waiting = [];

function pressInList(pressed) {
  const list = document.querySelector("[data-keys]");
  if (!list) return false;
  if (list.ariaBusy) return /^[a-z]$/.test(pressed) && Boolean(waiting.push(pressed));
  const rows = [...list.querySelectorAll('[tabindex="-1"][id]')];
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  if (pressed === "j" || pressed === "k") {
    const step = pressed === "j" || here < 0 ? 1 : -1;
    let next = here + step;
    while (rows[next]?.matches("[data-done]")) next += step; // what is done and can only be undone is passed over
    rows[next]?.focus();
    rows[next]?.scrollIntoView({ block: "nearest" });
    return true;
  }
  const key = `[data-key="${CSS.escape(pressed)}"]`;
  const button = rows[here]?.querySelector(key) ?? document.querySelector(`#toasts ${key}`);
  if (!button) return false;
  returnTo = rows[here]?.id;
  button.click();
  return true;
}

// --- after an act: stay on the row, show what is wrong ---

let returnTo;

document.addEventListener("htmx:after:swap", () => {
  if (returnTo) document.getElementById(returnTo)?.focus();
  returnTo = undefined;
  showErrors();
  watchToasts();
  waiting.splice(0).forEach(pressInList);
});

function showErrors() {
  const summary = document.getElementById("error-summary");
  if (!summary || summary.dataset.shown) return;
  summary.dataset.shown = "yes";
  summary.focus();
}

// --- one act, once ---

const underway = new WeakMap(); // the form, and what its answer will replace

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (underway.has(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  const target = form.getAttribute("hx-target")?.startsWith("#") ? document.querySelector(form.getAttribute("hx-target")) : null;
  if (target) target.ariaBusy = "true";
  underway.set(form, target);
  event.submitter?.setAttribute("aria-disabled", "true");
  setTimeout(() => release(form), 10_000); // a download leaves the page where it is
  if (form.matches("[data-sign-out]")) globalThis.caches?.delete("own-pages");
}, true);

function release(form) {
  const target = underway.get(form);
  if (target) target.ariaBusy = null;
  if (target?.isConnected) waiting.length = 0; // nothing was replaced: what they were meant for is not there
  underway.delete(form);
  form.querySelectorAll("[aria-disabled=true]").forEach((button) => button.removeAttribute("aria-disabled"));
}

document.addEventListener("htmx:finally:request", (event) => event.target.matches?.("form") && release(event.target));
addEventListener("pageshow", (event) => event.persisted && document.querySelectorAll("form").forEach(release));

// --- polling (`hx-trigger="every 20s"`) rests while nobody looks ---

document.addEventListener("every", (event) => document.hidden && event.stopImmediatePropagation(), true);

// --- menus close when the person goes on elsewhere ---

function closeMenus(except) {
  for (const menu of document.querySelectorAll(".menu[open]")) {
    if (menu === except) continue;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest(".menu")));

// --- toasts can be put away; those without a way back leave by themselves ---

document.addEventListener("toast", (event) => showToast(event.detail));

function showToast(text) {
  const box = document.createElement("div");
  box.className = "toast";
  box.append(Object.assign(document.createElement("p"), { textContent: text }));
  document.getElementById("toasts").append(box);
  watchToasts();
}

function watchToasts() {
  for (const box of document.querySelectorAll(".toast:not([data-watched])")) {
    box.dataset.watched = "yes";
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-quiet", textContent: "×" });
    button.setAttribute("aria-label", body.dataset.wordsDismiss);
    button.addEventListener("click", () => box.remove());
    box.append(button);
    if (!box.querySelector("form") && box.role !== "alert") setTimeout(() => leave(box), 8000);
  }
}

function leave(box) {
  if (box.matches(":hover, :focus-within")) return void setTimeout(() => leave(box), 3000);
  box.classList.add("is-leaving");
  setTimeout(() => box.remove(), 250);
}

// --- "tick all" in the head of a list ---

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-tick-all]")) return;
  event.target.closest("form").querySelectorAll("[data-tick]").forEach((box) => (box.checked = event.target.checked));
});

// --- offline: own schedule and clock stay readable, punches wait until there is a network ---

navigator.serviceWorker?.register("/sw.js").catch(() => {});
if (!body.dataset.signedIn && !document.querySelector("[data-offline-page]")) globalThis.caches?.delete("own-pages");
showKeptPages();
if (document.querySelector("[data-offline-queue], [data-waiting-presses]") || localStorage.getItem("punches")) import(body.dataset.offlineScript);

// The page of the service worker lists what it has kept, and since when.
async function showKeptPages() {
  const list = document.querySelector("[data-kept-pages]");
  if (!list || !globalThis.caches) return;
  for (const line of list.querySelectorAll("li")) {
    const kept = await caches.match(line.querySelector("a").href, { cacheName: "own-pages" });
    if (!kept) continue;
    line.hidden = false;
    const seen = new Date(kept.headers.get("Date") ?? NaN);
    if (!Number.isNaN(+seen)) line.querySelector("span").textContent = seen.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  }
}

showErrors();
watchToasts();
