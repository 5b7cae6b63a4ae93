// Shared by every page: CSRF for htmx, toasts, print, reveal password, eye switch, submit guard.
(function () {
  "use strict";

  const portal = (window.portal = window.portal || {});

  portal.csrf = function () {
    const match = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    if (match) return decodeURIComponent(match[1]);
    const field = document.querySelector("input[name=csrfmiddlewaretoken]");
    return field ? field.value : "";
  };

  document.addEventListener("htmx:configRequest", function (event) {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = portal.csrf();
  });

  // Server errors answered to htmx: say so, keep what is on the page.
  document.addEventListener("htmx:responseError", function (event) {
    const text = event.detail.xhr.getResponseHeader("X-Message");
    portal.toast(text ? decodeURIComponent(text) : portal.words("failed"), "late");
  });
  document.addEventListener("htmx:sendError", function () {
    portal.toast(portal.words("offline"), "late");
  });

  const WORDS = {
    zh: {
      failed: "没有完成，请稍后再试；页面上的内容未丢失。",
      offline: "没有连上服务器，请检查网络后再试。",
      show: "显示等级",
      hide: "隐藏等级",
    },
    en: {
      failed: "This was not completed. Try again; nothing on the page is lost.",
      offline: "The server cannot be reached. Check the network and try again.",
      show: "Show levels",
      hide: "Hide levels",
    },
  };
  portal.language = function () {
    return document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  };
  portal.words = function (key) {
    return WORDS[portal.language()][key];
  };

  // ---- toasts
  function arm(toast) {
    if (!toast.hasAttribute("data-stay")) {
      let left = 6000;
      let since = Date.now();
      let timer = setTimeout(() => toast.remove(), left);
      toast.addEventListener("pointerenter", () => {
        clearTimeout(timer);
        left -= Date.now() - since;
      });
      toast.addEventListener("pointerleave", () => {
        since = Date.now();
        timer = setTimeout(() => toast.remove(), Math.max(left, 1500));
      });
    }
  }
  portal.toast = function (text, tone) {
    const template = document.getElementById("p-toast-template");
    const place = document.getElementById("p-toasts");
    if (!template || !place) return;
    const toast = template.content.firstElementChild.cloneNode(true);
    toast.classList.remove("p-toast-accent");
    toast.classList.add("p-toast-" + (tone || "accent"));
    toast.setAttribute("role", tone === "late" ? "alert" : "status");
    if (tone === "late") toast.setAttribute("data-stay", "");
    place.append(toast);
    toast.querySelector("span").textContent = text;
    arm(toast);
  };
  document.addEventListener("toast", function (event) {
    const detail = event.detail || {};
    portal.toast(detail.text || detail.value || "", detail.tone);
  });

  // ---- eye switch: levels hidden on this device until switched back
  function paintEyes() {
    const hidden = document.documentElement.dataset.levels === "hidden";
    document.querySelectorAll("[data-eye]").forEach((button) => {
      button.setAttribute("aria-pressed", String(hidden));
      button.setAttribute("aria-label", portal.words(hidden ? "show" : "hide"));
    });
  }
  function flipEye() {
    const root = document.documentElement;
    const hide = root.dataset.levels !== "hidden";
    if (hide) root.dataset.levels = "hidden";
    else delete root.dataset.levels;
    try {
      localStorage.setItem("portal.levels", hide ? "hidden" : "shown");
    } catch (error) { /* the switch then lasts for this page */ }
    paintEyes();
  }

  function reveal(button) {
    const field = document.getElementById(button.dataset.reveal);
    const show = field.type === "password";
    field.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", String(show));
  }

  document.addEventListener("click", function (event) {
    const target = event.target.closest("[data-toast-close],[data-print],[data-reveal],[data-eye]");
    if (!target) return;
    if (target.hasAttribute("data-toast-close")) target.closest("[data-toast]").remove();
    else if (target.hasAttribute("data-print")) window.print();
    else if (target.hasAttribute("data-reveal")) reveal(target);
    else flipEye();
  });

  document.addEventListener("change", function (event) {
    const form = event.target.closest("form[data-autosubmit]");
    if (form) form.requestSubmit();
  });

  // A form is sent once; a page restored from the browser's cache may be sent again.
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.matches("form[data-once]")) return;
    if (form.dataset.sent) event.preventDefault();
    else form.dataset.sent = "1";
  });
  function allowAgain() {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  }
  window.addEventListener("pageshow", allowAgain);
  document.addEventListener("htmx:afterRequest", allowAgain);

  // What scrolls sideways must be reachable by keyboard.
  function paintScrollers() {
    document.querySelectorAll(".p-scroll, .p-stages, .p-board, .p-tabs").forEach((box) => {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
      else if (!box.classList.contains("p-chart-table")) box.removeAttribute("tabindex");
    });
  }
  window.addEventListener("resize", paintScrollers);
  document.addEventListener("htmx:afterSwap", paintScrollers);

  // A line of steps opens at the current one, where it is too long for the screen.
  function showCurrentSteps() {
    document.querySelectorAll(".p-scroll [aria-current=step]").forEach((step) => {
      const box = step.closest(".p-scroll");
      const aside = step.getBoundingClientRect().left - box.getBoundingClientRect().left;
      box.scrollLeft += aside - (box.clientWidth - step.offsetWidth) / 2;
    });
  }

  function onReady() {
    paintScrollers();
    showCurrentSteps();
    document.querySelectorAll("[data-toast]").forEach(arm);
    const summary = document.querySelector("[data-focus]");
    if (summary) summary.focus();
    paintEyes();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", onReady);
  else onReady();
})();
