// Row selection and the bulk bar. Works on swapped-in tables too: everything is delegated.
(function () {
  "use strict";

  function rows(form) {
    return [...document.querySelectorAll('input[name="selected"]')].filter((box) => box.form === form);
  }
  function paint(form) {
    const boxes = rows(form);
    const chosen = boxes.filter((box) => box.checked);
    boxes.forEach((box) => {
      const row = box.closest("tr");
      if (row) row.classList.toggle("is-selected", box.checked);
    });
    const all = [...document.querySelectorAll("[data-select-all]")].find((box) => box.form === form);
    if (all) {
      all.checked = chosen.length > 0 && chosen.length === boxes.length;
      all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
    const bar = document.querySelector(`[data-bulk-bar="${CSS.escape(form.id)}"]`);
    if (!bar) return;
    bar.hidden = chosen.length === 0;
    bar.querySelector("[data-bulk-count]").textContent = chosen.length;
    const owners = new Map();
    chosen.forEach((box) => {
      const owner = box.dataset.owner;
      if (owner) owners.set(owner, (owners.get(owner) || 0) + 1);
    });
    bar.querySelector("[data-bulk-owners]").textContent = [...owners]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 4)
      .map(([name, count]) => name + " " + count)
      .join(" · ");
  }

  document.addEventListener("change", function (event) {
    const box = event.target;
    const form = box.form;
    if (!form || !form.hasAttribute("data-bulk")) return;
    if (box.hasAttribute("data-select-all")) {
      rows(form).forEach((row) => { row.checked = box.checked; });
    }
    paint(form);
  });
  document.addEventListener("click", function (event) {
    const clear = event.target.closest("[data-bulk-clear]");
    if (!clear) return;
    const form = document.getElementById(clear.closest("[data-bulk-bar]").dataset.bulkBar);
    rows(form).forEach((box) => { box.checked = false; });
    paint(form);
  });
  function paintAll() {
    document.querySelectorAll("form[data-bulk]").forEach(paint);
  }
  window.addEventListener("pageshow", paintAll);
  document.addEventListener("htmx:afterSwap", paintAll);
})();
