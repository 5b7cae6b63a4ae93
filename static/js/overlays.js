// Menus (<details data-menu>), dialogs and the question before a form is sent.
(function () {
  "use strict";

  function openMenus() {
    return document.querySelectorAll("details[data-menu][open]");
  }
  document.addEventListener("click", function (event) {
    openMenus().forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    const opener = event.target.closest("[data-dialog-open]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialogOpen);
      if (dialog) dialog.showModal();
      return;
    }
    if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog").close();
    else if (event.target.tagName === "DIALOG") event.target.close();
  });

  document.addEventListener("keydown", function (event) {
    const menu = event.target.closest("details[data-menu]");
    if (event.key === "Escape") {
      openMenus().forEach((open) => {
        open.open = false;
        if (open.contains(document.activeElement)) open.querySelector("summary").focus();
      });
      return;
    }
    if (!menu || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    event.preventDefault();
    menu.open = true;
    const items = [...menu.querySelectorAll(".p-menu-list a, .p-menu-list button")];
    if (!items.length) return;
    const step = event.key === "ArrowDown" ? 1 : -1;
    const at = items.indexOf(document.activeElement);
    items[at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length].focus();
  });
  document.addEventListener("focusout", function (event) {
    const menu = event.target.closest("details[data-menu][open]");
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });

  // <form data-confirm="question">: asks in a dialog, then sends with the same button.
  let waiting = null;
  document.addEventListener("submit", function (event) {
    const form = event.target;
    const question = (event.submitter && event.submitter.dataset.confirm) || form.dataset.confirm;
    const dialog = document.getElementById("p-confirm");
    if (!question || !dialog || form.dataset.confirmed) {
      delete form.dataset.confirmed;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = { form: form, submitter: event.submitter };
    dialog.querySelector("p").textContent = question;
    dialog.showModal();
  }, true);
  document.addEventListener("click", function (event) {
    if (!event.target.closest("[data-confirm-yes]") || !waiting) return;
    const { form, submitter } = waiting;
    waiting = null;
    document.getElementById("p-confirm").close();
    form.dataset.confirmed = "1";
    form.requestSubmit(submitter && submitter.form === form ? submitter : undefined);
  });
})();
