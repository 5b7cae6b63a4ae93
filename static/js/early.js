// Runs before the page is painted: levels stay hidden if they were hidden on this device.
(function () {
  "use strict";
  try {
    if (localStorage.getItem("portal.levels") === "hidden") {
      document.documentElement.dataset.levels = "hidden";
    }
  } catch (error) { /* storage switched off: levels are shown */ }
})();
