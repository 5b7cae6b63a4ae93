// Search box: "/" focuses it; results come by htmx; arrow keys walk through them.
(function () {
  "use strict";

  const box = document.querySelector("[data-search]");
  if (!box) return;
  const list = document.getElementById(box.getAttribute("aria-controls"));
  let at = -1;

  function items() {
    return [...list.querySelectorAll("a")];
  }
  function show(open) {
    list.hidden = !open;
    box.setAttribute("aria-expanded", String(open));
    if (!open) mark(-1);
  }
  function mark(index) {
    at = index;
    items().forEach((item, place) => {
      item.id = "p-found-" + place;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(place === index));
    });
    if (index >= 0) {
      box.setAttribute("aria-activedescendant", "p-found-" + index);
      items()[index].scrollIntoView({ block: "nearest" });
    } else {
      box.removeAttribute("aria-activedescendant");
    }
  }

  document.addEventListener("keydown", function (event) {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      box.focus();
    }
  });
  box.addEventListener("keydown", function (event) {
    const all = items();
    if (event.key === "Escape") show(false);
    else if (event.key === "ArrowDown" && all.length) {
      event.preventDefault();
      show(true);
      mark((at + 1) % all.length);
    } else if (event.key === "ArrowUp" && all.length) {
      event.preventDefault();
      mark((at - 1 + all.length) % all.length);
    } else if (event.key === "Enter" && at >= 0 && all[at]) {
      event.preventDefault();
      all[at].click();
    }
  });
  list.addEventListener("htmx:afterSwap", function () {
    show(box.value.trim() !== "" && list.childElementCount > 0);
    mark(-1);
  });
  box.addEventListener("input", function () {
    if (box.value.trim() === "") show(false);
  });
  box.addEventListener("focus", function () {
    if (box.value.trim() && list.childElementCount) show(true);
  });
  document.addEventListener("click", function (event) {
    if (!event.target.closest(".p-search")) show(false);
  });
  list.addEventListener("focusout", function (event) {
    if (!event.relatedTarget || !event.relatedTarget.closest(".p-search")) show(false);
  });
})();
