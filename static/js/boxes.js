// Choosing many. A long list of boxes to tick is narrowed by what is typed: ticked ones stay in
// sight, and Enter does not send the form that the list belongs to. At an event one tap marks
// every member as present.
(function () {
  "use strict";

  function narrow(field) {
    const boxes = field.closest("[data-boxes]");
    const word = field.value.trim().toLowerCase();
    let shown = 0;
    boxes.querySelectorAll("fieldset").forEach((group) => {
      let here = 0;
      group.querySelectorAll("label").forEach((label) => {
        const fits = label.textContent.toLowerCase().includes(word);
        label.hidden = !fits && !label.querySelector("input").checked;
        if (!label.hidden) here += 1;
        if (fits) shown += 1;
      });
      group.hidden = here === 0;
    });
    boxes.querySelector("[data-boxes-none]").hidden = shown > 0;
  }
  document.addEventListener("input", function (event) {
    if (event.target.matches("[data-narrow]")) narrow(event.target);
  });
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-all-present]");
    if (!button) return;
    const marks = [...button.form.querySelectorAll('.p-tap input[value="present"]')];
    marks.forEach((mark) => { mark.checked = true; });
    // Drafts listen for what a person types.
    if (marks.length) marks[0].dispatchEvent(new Event("input", { bubbles: true }));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.matches("[data-narrow]")) event.preventDefault();
  });
})();
