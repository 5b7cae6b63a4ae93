/* Pick lists replace a select by a box without a name: give it the words of the select's label. */
"use strict";
(() => {
  const name = () => {
    for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
      const label = document.querySelector(`label[for="${select.id}"]`);
      const box = select.nextElementSibling?.querySelector(".select2-selection");
      if (!label || !box) continue;
      label.id = label.id || `${select.id}_words`;
      const own = box.getAttribute("aria-labelledby");
      box.setAttribute("aria-labelledby", own ? `${label.id} ${own}` : label.id);
      box.querySelector(".select2-selection__rendered")?.setAttribute("aria-labelledby", label.id);
      const typed = box.querySelector(".select2-search__field");
      typed?.setAttribute("aria-label", label.textContent.trim());
    }
  };
  // Ready functions run in the order in which they were handed in: this one after the pick lists'.
  window.django?.jQuery?.(name);
})();
