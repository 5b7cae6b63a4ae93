// Quick log (#quick-log-form): the draft survives, a record typed offline is queued on this
// device and sent when the network is back, and the same record never counts twice
// (client_key travels as a field and as X-Idempotency-Key).
(function () {
  "use strict";

  const portal = window.portal;
  if (portal.quicklog) return; // the frame loads this script too, to send what is waiting
  portal.quicklog = true;
  const form = document.getElementById("quick-log-form");
  const QUEUE = "log.queue";
  const DRAFT = "log.draft."; // one key for each draft, by its client_key
  const zh = portal.language() === "zh";
  const strip = document.querySelector("[data-offline-strip]");
  let sending = false;
  let finished = false;

  const words = {
    waiting: (n) => (zh ? `离线，${n} 条待提交` : `Offline, ${n} waiting to be sent`),
    sent: (n) => (zh ? `已提交 ${n} 条` : `${n} sent`),
    later: zh ? "联网后自动提交" : "Sent when back online",
    kept: zh ? "已存本机，联网后自动提交。" : "Kept on this device; it will be sent when back online.",
    refused: zh ? "有一条记录未被接受，已放入草稿：" : "A record was not accepted and is kept as a draft: ",
    files: zh ? "附件不能存在本机，请联网后在记录中补充。" : "Files cannot be kept on this device; add them when back online.",
    login: zh ? "登录已过期，请重新登录；待提交的记录仍在本机。" : "Please log in again; waiting records are still on this device.",
    full: zh ? "本机存储已满，请勿关闭页面。" : "Storage on this device is full; do not close this page.",
  };

  function queue() {
    return portal.store.get(QUEUE) || [];
  }
  function paint(text, next, sent) {
    if (!strip) return;
    strip.hidden = !text;
    strip.classList.toggle("is-sent", Boolean(sent));
    strip.querySelector("[data-offline-text]").textContent = text || "";
    strip.querySelector("[data-offline-next]").textContent = next || "";
  }
  function say(text) {
    document.querySelectorAll("#quick-log-form [data-draft-state]").forEach((place) => { place.textContent = text; });
  }
  function own() {
    return DRAFT + form.elements.client_key.value;
  }
  function status() {
    const waiting = queue().length;
    const draft = form && portal.store.get(own());
    if (!navigator.onLine && draft) paint(portal.draftWords(draft.clock, true), words.later);
    else if (waiting) paint(words.waiting(waiting), words.later);
    else if (!navigator.onLine) paint(zh ? "离线" : "Offline", words.later);
    else paint("");
  }

  // ---- draft
  function freshKey() {
    const field = form.querySelector('input[name="client_key"]');
    field.value = portal.uuid();
    return field.value;
  }
  function saveDraft() {
    if (finished) return;
    const pairs = portal.readForm(form);
    if (!isWritten()) {
      portal.store.drop(own());
      say("");
    } else {
      const clock = portal.clock();
      const kept = portal.store.set(own(), { at: Date.now(), clock: clock, who: who(), pairs: pairs });
      say(kept ? portal.draftWords(clock, !navigator.onLine) : words.full);
    }
    status();
    form.dispatchEvent(new CustomEvent("drafts:changed", { bubbles: true }));
  }
  function isWritten() {
    return [...form.querySelectorAll("textarea")].some((field) => field.value.trim());
  }
  // Whom it is about, as it stands on the page.
  function who() {
    const picked = form.querySelector("#log-picks input:checked");
    const name = picked && picked.closest("label").querySelector("b");
    return name ? name.textContent : form.elements.q ? form.elements.q.value : "";
  }
  // The newest draft comes back by itself, unless the page was opened for somebody else.
  function restore() {
    if (isWritten()) return;
    const asked = new URLSearchParams(location.search).get("student");
    const found = portal.store.all(DRAFT).find(([, draft]) => !asked || student(draft) === asked);
    if (found) open(found[0], found[1]);
  }
  function student(draft) {
    const pair = (draft.pairs || []).find(([name]) => name === "student" || name === "chosen");
    return pair ? pair[1] : "";
  }
  function open(key, draft) {
    form.reset();
    portal.fillForm(form, draft.pairs);
    form.elements.client_key.value = key.slice(DRAFT.length);
    form.querySelectorAll("details").forEach((part) => {
      part.open = [...part.querySelectorAll("input, textarea, select")].some((field) => field.type !== "file" && field.value && field.name !== "risk");
    });
    say(draft.why || portal.draftWords(draft.clock, !navigator.onLine));
    form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true, detail: draft }));
  }
  portal.logDrafts = {
    all: () => portal.store.all(DRAFT),
    isOpen: (key) => key === own(),
    open: function (key) {
      saveDraft();
      const draft = portal.store.get(key);
      if (draft) open(key, draft);
      form.dispatchEvent(new CustomEvent("drafts:changed", { bubbles: true }));
    },
    drop: function (key) {
      portal.store.drop(key);
      if (key === own()) fresh();
      form.dispatchEvent(new CustomEvent("drafts:changed", { bubbles: true }));
    },
    fresh: function () {
      saveDraft();
      fresh();
      form.dispatchEvent(new CustomEvent("drafts:changed", { bubbles: true }));
    },
  };
  function fresh() {
    form.reset();
    freshKey();
    say("");
    status();
  }

  // ---- queue
  function enqueue() {
    const pairs = portal.readForm(form);
    const key = form.elements.client_key.value;
    const items = queue().filter((item) => item.key !== key);
    items.push({ key: key, who: who(), url: form.getAttribute("action") || location.pathname, pairs: pairs, at: Date.now() });
    if (!portal.store.set(QUEUE, items)) {
      portal.toast(words.full, "late");
      return false;
    }
    portal.store.drop(DRAFT + key);
    const hasFiles = [...form.querySelectorAll("input[type=file]")].some((field) => field.files.length);
    form.reset();
    freshKey();
    form.dispatchEvent(new CustomEvent("record:queued", { bubbles: true }));
    form.dispatchEvent(new CustomEvent("drafts:changed", { bubbles: true }));
    portal.toast(words.kept, "due");
    if (hasFiles) portal.toast(words.files, "late");
    status();
    return true;
  }
  async function send(item) {
    const body = new URLSearchParams(item.pairs);
    body.set("client_key", item.key);
    const answer = await fetch(item.url, {
      method: "POST",
      body: body,
      credentials: "same-origin",
      redirect: "follow",
      headers: { "X-CSRFToken": portal.csrf(), "X-Idempotency-Key": item.key, "X-Requested-With": "fetch", Accept: "application/json, text/html" },
    });
    if (answer.redirected && new URL(answer.url).pathname.includes("login")) return "login";
    if (answer.ok || answer.status === 409) {
      await tellHints(answer);
      return "sent";
    }
    if (answer.status === 401) return "login";
    if (answer.status >= 500 || answer.status === 429) return "retry";
    let reason = "";
    try {
      reason = (await answer.json()).detail || "";
    } catch (error) { /* an HTML answer says it on its own page */ }
    return { refused: reason };
  }
  async function tellHints(answer) {
    try {
      ((await answer.json()).hints || []).forEach((hint) => portal.toast(hint, "accent"));
    } catch (error) { /* nothing to tell */ }
  }
  async function flush() {
    if (sending || !queue().length) return;
    sending = true;
    let done = 0;
    try {
      for (const item of queue()) {
        const result = await send(item);
        if (result === "retry") break;
        if (result === "login") {
          portal.toast(words.login, "late");
          break;
        }
        if (result.refused !== undefined) {
          // Nothing is lost: it is a draft again, with the reason, and waits for its writer.
          const why = words.refused + result.refused;
          if (!portal.store.set(DRAFT + item.key, { at: Date.now(), clock: portal.clock(), who: item.who, why: why, pairs: item.pairs })) continue;
          portal.toast(why, "late");
          if (form && !isWritten()) open(DRAFT + item.key, portal.store.get(DRAFT + item.key));
          if (form) form.dispatchEvent(new CustomEvent("drafts:changed", { bubbles: true }));
        } else {
          done += 1;
        }
        portal.store.set(QUEUE, queue().filter((other) => other.key !== item.key));
      }
    } catch (error) { /* still no network: the queue stays */ }
    sending = false;
    status();
    if (done) paint(words.sent(done), "", true);
    if (done && !strip) portal.toast(words.sent(done), "ok");
    if (queue().length) setTimeout(flush, 30000); // the server may be the one that is away
  }

  function wire() {
    if (!form.elements.client_key.value) freshKey();
    restore();
    let timer = 0;
    form.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(saveDraft, 300);
    });
    form.addEventListener("submit", function (event) {
      clearTimeout(timer);
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      if (!navigator.onLine) {
        event.preventDefault();
        event.stopImmediatePropagation();
        if (form.reportValidity()) enqueue();
        return;
      }
      // Online: post in the background so that a line dropped half way still queues it.
      event.preventDefault();
      form.dataset.sent = "1";
      submitOnline();
    });
    window.addEventListener("pagehide", saveDraft);
  }
  async function submitOnline() {
    const button = form.querySelector("button:not([type=button])") || document.querySelector('button[form="quick-log-form"]');
    if (button) button.disabled = true;
    saveDraft();
    try {
      const answer = await fetch(form.getAttribute("action") || location.pathname, {
        method: "POST",
        body: new FormData(form),
        credentials: "same-origin",
        redirect: "manual",
        headers: { "X-CSRFToken": portal.csrf(), "X-Idempotency-Key": form.elements.client_key.value, "X-Requested-With": "fetch" },
      });
      const html = (answer.headers.get("Content-Type") || "").includes("text/html");
      if (answer.type === "opaqueredirect") {
        // Saved, or the log-in has run out: the draft goes when the next page says "saved".
        portal.store.set("sent", { key: own(), at: Date.now() });
        finished = true;
        location.assign(form.dataset.done || location.pathname);
        return;
      }
      if ((answer.ok && !html) || answer.status === 409) {
        finished = true;
        portal.store.drop(own());
        location.assign(form.dataset.done || location.pathname);
        return;
      }
      if (answer.status >= 500) {
        portal.toast(portal.words("failed"), "late");
      } else {
        native();
        return;
      }
    } catch (error) {
      enqueue();
    } finally {
      delete form.dataset.sent;
      if (button) button.disabled = false;
    }
  }
  // Let the browser post the form itself, so that the server's own page shows what to correct.
  function native() {
    HTMLFormElement.prototype.submit.call(form);
  }

  window.addEventListener("online", flush);
  window.addEventListener("offline", status);
  if (form) wire();
  status();
  if (navigator.onLine) flush();
})();
