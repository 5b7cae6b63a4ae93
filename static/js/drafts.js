// Drafts of any <form data-draft="key">: kept on this device per user, restored on load,
// removed when the form has been accepted. The state is always said in words.
(function () {
  "use strict";

  const portal = (window.portal = window.portal || {});
  const SKIP = new Set(["csrfmiddlewaretoken"]);

  portal.uuid = function () {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };
  portal.clock = function (date) {
    const at = date || new Date();
    return String(at.getHours()).padStart(2, "0") + ":" + String(at.getMinutes()).padStart(2, "0");
  };
  // Whose drafts these are. The page that opens without a network names nobody: it belongs to the
  // account that opened the log on this device last, until that account logs out.
  const ACCOUNT = "portal.account";
  portal.user = function () {
    if (document.body.dataset.user) return document.body.dataset.user;
    try {
      return (document.body.dataset.shell !== undefined && localStorage.getItem(ACCOUNT)) || "0";
    } catch (error) {
      return "0";
    }
  };
  portal.store = {
    get(key) {
      try {
        return JSON.parse(localStorage.getItem("portal." + portal.user() + "." + key));
      } catch (error) {
        return null;
      }
    },
    set(key, value) {
      try {
        localStorage.setItem("portal." + portal.user() + "." + key, JSON.stringify(value));
        warnBeforeLogout();
        return true;
      } catch (error) {
        return false;
      }
    },
    drop(key) {
      try {
        localStorage.removeItem("portal." + portal.user() + "." + key);
        warnBeforeLogout();
      } catch (error) { /* nothing to remove */ }
    },
  };
  // Everything of this account that begins so: [[key, value], …], the newest first.
  portal.store.all = function (start) {
    const mine = "portal." + portal.user() + ".";
    try {
      return Object.keys(localStorage)
        .filter((key) => key.startsWith(mine + start))
        .map((key) => [key.slice(mine.length), portal.store.get(key.slice(mine.length)) || {}])
        .sort((one, other) => (other[1].at || 0) - (one[1].at || 0));
    } catch (error) {
      return [];
    }
  };
  portal.readForm = function (form) {
    const pairs = [];
    new FormData(form).forEach((value, name) => {
      if (!SKIP.has(name) && typeof value === "string") pairs.push([name, value]);
    });
    return pairs;
  };
  portal.fillForm = function (form, pairs) {
    const byName = new Map();
    pairs.forEach(([name, value]) => {
      if (!byName.has(name)) byName.set(name, []);
      byName.get(name).push(value);
    });
    for (const field of form.elements) {
      if (!field.name || SKIP.has(field.name) || field.type === "file") continue;
      const values = byName.get(field.name);
      if (field.type === "radio" || field.type === "checkbox") {
        field.checked = Boolean(values && values.includes(field.value));
      } else if (field.tagName === "SELECT" && field.multiple) {
        for (const option of field.options) option.selected = Boolean(values && values.includes(option.value));
      } else if (values) {
        field.value = values.shift();
      }
    }
  };
  portal.draftWords = function (clock, offline) {
    if (portal.language() === "zh") return (offline ? "离线，" : "") + "草稿已存本机 " + clock;
    return (offline ? "Offline; draft kept on this device " : "Draft kept on this device ") + clock;
  };
  portal.hasText = function (pairs) {
    return pairs.some(([name, value]) => name !== "client_key" && value.trim() !== "");
  };

  function wire(form) {
    const key = "draft." + form.dataset.draft;
    const state = form.querySelector("[data-draft-state]");
    const secret = form.querySelector('input[name="client_key"]');
    const kept = portal.store.get(key);
    const text = form.querySelector("textarea");
    if (kept && text && !text.value) {
      portal.fillForm(form, kept.pairs);
      if (state) state.textContent = portal.draftWords(kept.clock, false);
    }
    if (secret && !secret.value) secret.value = portal.uuid();
    let timer = 0;
    form.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(function () {
        const saved = { at: Date.now(), clock: portal.clock(), pairs: portal.readForm(form) };
        if (text && !text.value.trim()) portal.store.drop(key);
        else if (portal.store.set(key, saved) && state) state.textContent = portal.draftWords(saved.clock, false);
      }, 400);
    });
    function accepted() {
      clearTimeout(timer);
      portal.store.drop(key);
    }
    form.addEventListener("htmx:afterRequest", function (event) {
      if (event.detail.elt === form && event.detail.successful) accepted();
    });
    // A plain post leaves the page: the draft is dropped when the next page shows the success.
    form.addEventListener("submit", function () {
      if (!form.hasAttribute("hx-post")) portal.store.set("sent", { key: key, at: Date.now() });
    });
  }

  // What was typed leaves the device with a log-out, after a warning that says how much it is, and
  // drafts after a week. Records that wait to be sent stay until then.
  const WEEK = 7 * 24 * 3600 * 1000;
  function sweep(all) {
    const mine = "portal." + portal.user() + ".";
    try {
      Object.keys(localStorage)
        .filter((key) => key.startsWith(mine) && (all || key.includes("draft")))
        .forEach((key) => {
          const kept = JSON.parse(localStorage.getItem(key)) || {};
          if (all || Date.now() - (kept.at || 0) > WEEK) localStorage.removeItem(key);
        });
      if (all) localStorage.removeItem(ACCOUNT);
    } catch (error) { /* storage switched off */ }
  }
  function warnBeforeLogout() {
    const waiting = (portal.store.get("log.queue") || []).length;
    const drafts = portal.store.all("log.draft.").length + portal.store.all("draft.").length;
    const zh = document.documentElement.lang.startsWith("zh");
    const words = zh
      ? `本机还有 ${drafts} 条草稿、${waiting} 条未提交的记录，退出后将删除。确定退出？`
      : `${drafts} drafts and ${waiting} records not yet sent are on this device and will be deleted. Log out?`;
    document.querySelectorAll("form[data-logout]").forEach((form) => {
      if (waiting + drafts) form.dataset.confirm = words;
      else delete form.dataset.confirm;
    });
  }
  document.addEventListener("submit", function (event) {
    if (event.target.matches("form[data-logout]")) sweep(true);
  });

  function settle() {
    const sent = portal.store.get("sent");
    if (!sent) return;
    if (document.querySelector(".p-toast-ok")) portal.store.drop(sent.key);
    portal.store.drop("sent");
  }
  function onReady() {
    sweep(false);
    settle();
    warnBeforeLogout();
    document.querySelectorAll("form[data-draft]").forEach(wire);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", onReady);
  else onReady();
  document.addEventListener("htmx:afterSwap", function (event) {
    event.target.querySelectorAll("form[data-draft]").forEach(wire);
  });
})();
