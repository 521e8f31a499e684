// Clocking in and out without a network: the punch and its moment are kept on the phone and sent when it is back online.
//
// A form takes part with `data-offline-queue`. A press that is sent at once counts from its arrival. A press that waited says
// when it was pressed and when it is sent (`device_time`, `device_sent`: ISO 8601, UTC): the server counts the time between,
// so a phone whose clock is wrong tells the right moment. The idempotency key is made when the button is pressed, because a
// page kept offline would bring the same one for every punch; sent again, a punch that did arrive before the connection broke
// is not counted twice.
// While a press waits, its page shows it, and offers the buttons that come after it (`data-next-presses`).
// Each punch carries the person it belongs to: on a shared phone nobody sends somebody else's.

const words = document.body.dataset;
const toast = (text) => document.dispatchEvent(new CustomEvent("toast", { detail: text }));
const person = () => words.signedIn;
const kept = () => JSON.parse(localStorage.getItem("punches") ?? "[]");
const keep = (punches) => (punches.length ? localStorage.setItem("punches", JSON.stringify(punches)) : localStorage.removeItem("punches"));

// Before app.js marks the form as under way, so that the same button may be pressed again once the punch is kept.
addEventListener("submit", (event) => {
  if (!event.target.matches("[data-offline-queue]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  punch(event.target, event.submitter);
}, true);

async function punch(form, button) {
  if (button?.getAttribute("aria-disabled")) return;
  button?.setAttribute("aria-disabled", "true");
  const fields = {
    ...Object.fromEntries(new FormData(form, button)),
    idempotency_key: freshKey(),
  };
  const waiting = { person: person(), url: form.action, pressed: new Date().toISOString(), fields };
  try {
    // What waits already was pressed before this.
    if (waitingFor(form.action).length) throw new Error("earlier presses wait");
    const answer = await send(waiting);
    answer.ok || answer.status < 500 ? show(await page(answer), answer) : wait(waiting);
  } catch {
    wait(waiting);
    sendAll();
  } finally {
    button?.removeAttribute("aria-disabled");
  }
}

// Not crypto.randomUUID, which is missing where the site is tried out without https.
function freshKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const waitingFor = (url) => kept().filter((one) => one.person === person() && one.url === url);

function wait(waiting) {
  if (waitingFor(waiting.url).at(-1)?.fields.kind !== waiting.fields.kind) keep([...kept(), waiting]);
  toast(words.wordsKept);
  showWaiting();
}

const AFTER = { in: ["break_start", "out"], break_start: ["break_end", "out"], break_end: ["break_start", "out"], out: [] };

// What waits on this phone, beside the shift it belongs to, and the buttons that make sense after it.
function showWaiting() {
  for (const place of document.querySelectorAll("[data-waiting-presses]")) {
    const presses = waitingFor(new URL(place.dataset.waitingPresses, location).href);
    place.hidden = !presses.length;
    if (!presses.length) continue;
    place.querySelector("ul").replaceChildren(...presses.map(line));
    const next = document.querySelector("[data-next-presses]");
    next?.replaceChildren(...(AFTER[presses.at(-1).fields.kind] ?? []).map(offered).filter(Boolean));
  }
}

const pressOf = (kind) => [...document.querySelectorAll("[data-every-press] form")].find((form) => form.elements.kind.value === kind);

function offered(kind, rank) {
  const form = pressOf(kind)?.cloneNode(true);
  form?.querySelector("button").classList.add("btn-big", ...(rank ? [] : ["btn-primary"]));
  return form;
}

function line({ pressed, fields }) {
  const named = pressOf(fields.kind)?.querySelector("button").textContent.trim();
  const time = new Date(pressed).toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });
  return Object.assign(document.createElement("li"), { textContent: `${named ?? fields.kind} · ${time}` });
}

function send({ url, fields }) {
  return fetch(url, { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "text/html" } });
}

async function page(answer) {
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// The answer is an ordinary page: its content takes the place of this one's, and the menu says where one is.
function show(next, answer) {
  for (const part of ["#main", "#toasts", ".nav"]) {
    const here = document.querySelector(part);
    const there = next.querySelector(part);
    if (here && there) here.replaceWith(document.adoptNode(there));
  }
  if (answer.redirected) history.replaceState(null, "", answer.url);
  document.title = next.title;
  globalThis.htmx?.process(document.getElementById("main"));
  document.dispatchEvent(new CustomEvent("htmx:after:swap"));
  showWaiting();
}

let sending = false;

async function sendAll() {
  if (sending || !navigator.onLine || !person()) return;
  sending = true;
  const told = [];
  try {
    for (const waiting of kept().filter((one) => one.person === person())) {
      // The token in the punch may be older than the session; this page's own is not.
      const token = document.querySelector("input[name=csrf_token]")?.value;
      const pressed = waiting.pressed ?? waiting.fields.device_time;
      const fields = { ...waiting.fields, device_time: pressed, device_sent: new Date().toISOString() };
      const answer = await send({ ...waiting, fields: { ...fields, csrf_token: token ?? fields.csrf_token } });
      const next = await page(answer);
      if (answer.status >= 500 || answer.status === 429) break;
      if (next.body.dataset.signedIn !== person()) {
        toast(words.wordsSignIn);
        break;
      }
      keep(kept().filter((one) => one.fields.idempotency_key !== waiting.fields.idempotency_key));
      told.push(answer.ok ? words.wordsSent : `${words.wordsRefused} ${new Date(pressed).toLocaleString()}. ${sentence(next)}`);
    }
  } catch {
    // Still no network: the punches stay where they are until the next "online".
  } finally {
    sending = false;
  }
  if (told.length) await follow();
  new Set(told).forEach(toast);
}

// The page as it is now that the presses have arrived. A form somebody is filling in is left alone.
async function follow() {
  if (!document.querySelector("[data-offline-queue], [data-waiting-presses]")) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) show(await page(answer), answer);
  } catch {
    showWaiting();
  }
}

const sentence = (next) => (next.querySelector("#error-summary li, [data-sentence]") ?? next.querySelector("h1"))?.textContent.trim() ?? "";

addEventListener("online", sendAll);
showWaiting();
if (kept().length) sendAll();
