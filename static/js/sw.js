// The service worker. VERSION and SHELL stand above this text when it is served.
//
// Files of the shell come from the cache. A page that the server marks with `X-Keep-Offline` (a person's own schedule, clock
// and documents) is kept as last seen and shown when there is no network. The mark names the person: pages of somebody who
// used this phone before are thrown away, and so is everything at sign-out.

const SHELL_CACHE = `shell-${VERSION}`;
const PAGES_CACHE = "own-pages";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL_CACHE).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(throwAwayOldShells().then(() => self.clients.claim()));
});

async function throwAwayOldShells() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== SHELL_CACHE && name !== PAGES_CACHE).map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (new URL(request.url).pathname.startsWith("/static/")) event.respondWith(file(request));
});

async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function page(request) {
  try {
    const answer = await fetch(request);
    const owner = answer.headers.get("X-Keep-Offline");
    if (answer.ok && owner) await keep(request, answer.clone(), owner);
    return answer;
  } catch {
    return (await caches.match(request)) ?? caches.match(SHELL[0]);
  }
}

const OWNER = "/-/owner";

async function keep(request, answer, owner) {
  const before = await (await caches.match(OWNER, { cacheName: PAGES_CACHE }))?.text();
  if (before !== owner) await caches.delete(PAGES_CACHE);
  const cache = await caches.open(PAGES_CACHE);
  if (before !== owner) await cache.put(OWNER, new Response(owner));
  await cache.put(request, answer);
}
