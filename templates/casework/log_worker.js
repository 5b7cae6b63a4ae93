// Opens the quick log without a network: its empty form and what that form loads, nothing else.
// No answer about a person is ever stored; drafts lie in the page's own storage, by account.
"use strict";

const CACHE = "log-shell-{{ version }}";
const SHELL = "{{ shell }}";
const ASSETS = {{ assets|safe }};

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([SHELL, ...ASSETS])).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("log-shell-") && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate") {
    // The page itself comes from the server as long as there is one.
    if (url.pathname === "{{ log }}") event.respondWith(fetch(event.request).catch(() => caches.match(SHELL)));
    return;
  }
  if (ASSETS.includes(url.pathname)) event.respondWith(fetch(event.request).catch(() => caches.match(url.pathname)));
});
