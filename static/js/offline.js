// Clocking in and out without a network: the punch and its moment are kept on the phone and sent when it is back online.
//
// A form takes part with `data-offline-queue`. The moment goes along as `device_time` (ISO 8601, UTC); the idempotency key
// is made when the button is pressed, because a page kept offline would bring the same one for every punch; sent again, a
// punch that did arrive before the connection broke is not counted twice.
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
    device_time: new Date().toISOString(),
  };
  const waiting = { person: person(), url: form.action, fields };
  try {
    const answer = await send(waiting);
    answer.ok || answer.status < 500 ? await show(answer) : wait(waiting);
  } catch {
    wait(waiting);
  } finally {
    button?.removeAttribute("aria-disabled");
  }
}

// Not crypto.randomUUID, which is missing where the site is tried out without https.
function freshKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function wait(waiting) {
  keep([...kept(), waiting]);
  toast(words.wordsKept);
}

function send({ url, fields }) {
  return fetch(url, { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "text/html" } });
}

async function page(answer) {
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// The answer is an ordinary page: its content takes the place of this one's, and the menu says where one is.
async function show(answer) {
  const next = await page(answer);
  for (const part of ["#main", "#toasts", ".nav"]) {
    const here = document.querySelector(part);
    const there = next.querySelector(part);
    if (here && there) here.replaceWith(document.adoptNode(there));
  }
  if (answer.redirected) history.replaceState(null, "", answer.url);
  document.title = next.title;
  globalThis.htmx?.process(document.getElementById("main"));
  document.dispatchEvent(new CustomEvent("htmx:after:swap"));
}

let sending = false;

async function sendAll() {
  if (sending || !navigator.onLine || !person()) return;
  sending = true;
  try {
    for (const waiting of kept().filter((one) => one.person === person())) {
      // The token in the punch may be older than the session; this page's own is not.
      const token = document.querySelector("input[name=csrf_token]")?.value;
      const answer = await send({ ...waiting, fields: { ...waiting.fields, csrf_token: token ?? waiting.fields.csrf_token } });
      const next = await page(answer);
      if (answer.status >= 500 || answer.status === 429) break;
      if (next.body.dataset.signedIn !== person()) {
        toast(words.wordsSignIn);
        break;
      }
      keep(kept().filter((one) => one.fields.idempotency_key !== waiting.fields.idempotency_key));
      if (answer.ok) toast(words.wordsSent);
      else toast(`${words.wordsRefused} ${new Date(waiting.fields.device_time).toLocaleString()}. ${sentence(next)}`);
    }
  } catch {
    // Still no network: the punches stay where they are until the next "online".
  } finally {
    sending = false;
  }
}

const sentence = (next) => (next.querySelector("#error-summary li, [data-sentence]") ?? next.querySelector("h1"))?.textContent.trim() ?? "";

addEventListener("online", sendAll);
if (kept().length) sendAll();
