// The quick log's drafts on this device, as a list; and the page that opens without a network.
(function () {
  "use strict";

  const portal = window.portal;
  const form = document.getElementById("quick-log-form");
  if (!form || !portal.logDrafts) return;
  const zh = portal.language() === "zh";
  const box = document.querySelector("[data-draft-list]");
  const words = {
    title: (n) => (zh ? `本机草稿 ${n} 条` : `${n} drafts on this device`),
    open: zh ? "打开" : "Open",
    drop: zh ? "删除" : "Delete",
    fresh: zh ? "另写一条" : "Write another",
    nobody: zh ? "未选学生" : "no student yet",
    now: zh ? "正在写" : "open now",
    stranger: zh ? "此设备上没有登录账号，写下的内容无法保存。请联网登录。" : "No account is known on this device, so nothing can be kept. Log in when back online.",
  };

  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "p-linkbtn";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }
  function text(draft) {
    const pair = (draft.pairs || []).find(([name]) => name === "content");
    return pair ? pair[1].trim().slice(0, 24) : "";
  }
  function row(key, draft) {
    const made = document.createElement("li");
    const line = document.createElement("span");
    line.textContent = [draft.clock, draft.who || words.nobody, text(draft)].filter(Boolean).join(" · ");
    made.append(line);
    if (portal.logDrafts.isOpen(key)) {
      const now = document.createElement("span");
      now.className = "p-caption";
      now.textContent = words.now;
      made.append(now);
    } else made.append(button(words.open, () => portal.logDrafts.open(key)));
    made.append(button(words.drop, () => portal.logDrafts.drop(key)));
    return made;
  }
  function paint() {
    const drafts = portal.logDrafts.all();
    const others = drafts.filter(([key]) => !portal.logDrafts.isOpen(key));
    box.hidden = !others.length && !drafts.length;
    box.querySelector("b").textContent = words.title(drafts.length);
    box.querySelector("ul").replaceChildren(...drafts.map(([key, draft]) => row(key, draft)));
  }
  const head = box.querySelector("[data-draft-fresh]");
  head.append(button(words.fresh, () => portal.logDrafts.fresh()));
  form.addEventListener("drafts:changed", paint);
  paint();

  const isShell = document.body.dataset.shell !== undefined;
  if (isShell) {
    if (portal.user() === "0") {
      portal.toast(words.stranger, "late");
      form.querySelectorAll("button, textarea").forEach((field) => { field.disabled = true; });
    }
    // Back online: the real page, which finds the drafts and sends what waits.
    window.addEventListener("online", () => setTimeout(() => location.assign("/log/"), 300));
    return;
  }
  try {
    localStorage.setItem("portal.account", portal.user());
  } catch (error) { /* storage switched off: the page works online only */ }
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register("/log/worker.js", { scope: "/log/" }).catch(() => {});
  }
})();
