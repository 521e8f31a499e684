// The service worker. VERSION and SHELL stand above this text when it is served.
//
// Files of the shell come from the cache. A page that the server marks with `X-Keep-Offline: yes` (a person's own schedule
// and clock) is kept as last seen and shown when there is no network; signing out throws those pages away.

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
    if (answer.ok && answer.headers.get("X-Keep-Offline") === "yes") {
      const cache = await caches.open(PAGES_CACHE);
      await cache.put(request, answer.clone());
    }
    return answer;
  } catch {
    return (await caches.match(request)) ?? caches.match(SHELL[0]);
  }
}
