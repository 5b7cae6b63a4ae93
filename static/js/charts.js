// Line charts from JSON blocks. SVG, no animation, rich-text tooltips (no inline styles).
// Data: {x, x_label, unit, min, max, series: [{name, values, n, total}]}; see components/chart.html.
(function () {
  "use strict";

  const css = getComputedStyle(document.documentElement);
  const token = (name) => css.getPropertyValue("--p-" + name).trim();
  const font = token("font");
  const dark = document.body.classList.contains("p-screen");
  const ink3 = dark ? "#A9BCC4" : token("ink-3");
  const accent = dark ? "#6FB3C4" : token("accent");

  function lastIndex(values) {
    for (let index = values.length - 1; index >= 0; index -= 1) {
      if (values[index] !== null && values[index] !== undefined) return index;
    }
    return -1;
  }
  // The name of a line stands above its end where it ends higher than the other one.
  function endsAbove(all, place) {
    const ends = all.map((series) => series.values[lastIndex(series.values)]);
    if (all.length < 2 || ends.some((value) => value === null || value === undefined)) return place === 0;
    return place === 0 ? ends[0] >= ends[1] : ends[1] > ends[0];
  }
  function line(series, place, unit, all) {
    const first = place === 0;
    const end = lastIndex(series.values);
    const above = endsAbove(all, place);
    return {
      name: series.name,
      type: "line",
      showSymbol: true,
      showAllSymbol: true,
      silent: false,
      z: first ? 3 : 2,
      lineStyle: first
        ? { color: accent, width: 2.25 }
        : { color: token("control"), width: 1.5, type: [4, 3] },
      itemStyle: { color: first ? accent : token("control") },
      emphasis: { disabled: true },
      data: series.values.map((value, index) => {
        const last = index === end;
        return {
          value: value === null ? "-" : value,
          symbol: last ? "circle" : "none",
          symbolSize: first ? 8 : 0.1,
          label: {
            show: last,
            formatter: series.name,
            position: above ? "left" : "bottom",
            align: "right",
            verticalAlign: above ? "bottom" : "top",
            distance: 8,
            color: first ? (dark ? "#E8EFF2" : token("accent-strong")) : ink3,
            fontWeight: first ? 600 : 400,
            fontSize: dark ? 20 : 12,
          },
        };
      }),
    };
  }
  function tooltip(data) {
    return function (points) {
      const rows = [String(points[0].axisValueLabel)];
      points.forEach((point) => {
        const series = data.series[point.seriesIndex];
        const value = series.values[point.dataIndex];
        if (value === null || value === undefined) return;
        let text = series.name + "  " + value + (data.unit || "");
        if (series.n && series.total && series.n[point.dataIndex] !== null) {
          text += "  " + series.n[point.dataIndex] + " / " + series.total[point.dataIndex];
        }
        rows.push(text);
      });
      return rows.join("\n");
    };
  }
  function options(data) {
    const axis = { color: ink3, fontSize: dark ? 18 : 12, fontFamily: font };
    const ends = { alignMinLabel: "left", alignMaxLabel: "right" };
    return {
      animation: false,
      textStyle: { fontFamily: font },
      grid: { left: 4, right: 12, top: 20, bottom: 4, containLabel: true },
      xAxis: {
        type: "category",
        data: data.x,
        boundaryGap: false,
        axisLine: { lineStyle: { color: dark ? "#24404B" : token("line-2") } },
        axisTick: { show: false },
        axisLabel: Object.assign({}, axis, ends),
      },
      yAxis: {
        type: "value",
        min: data.min || 0,
        max: data.unit === "%" ? 100 : data.max || undefined,
        interval: data.unit === "%" ? 25 : undefined,
        splitLine: { lineStyle: { color: dark ? "#24404B" : token("grid-line") } },
        axisLabel: Object.assign({
          formatter: (value) => (data.unit === "%" && value % 50 ? "" : value + (data.unit || "")),
        }, axis),
      },
      tooltip: {
        trigger: "axis",
        renderMode: "richText",
        confine: true,
        transitionDuration: 0,
        axisPointer: { type: "line", animation: false, lineStyle: { color: token("line-2") } },
        backgroundColor: token("surface"),
        borderColor: token("line-2"),
        borderWidth: 1,
        padding: [6, 10],
        textStyle: { color: token("ink"), fontSize: 12, lineHeight: 18 },
        formatter: tooltip(data),
      },
      series: data.series.slice(0, 2).map((series, place) => line(series, place, data.unit, data.series.slice(0, 2))),
    };
  }

  function draw(box) {
    const source = document.getElementById(box.dataset.chart);
    const plot = box.querySelector("[data-chart-plot]");
    if (!source || !plot || plot.dataset.drawn) return;
    plot.dataset.drawn = "1";
    const chart = echarts.init(plot, null, { renderer: "svg" });
    chart.setOption(options(JSON.parse(source.textContent)));
    new ResizeObserver(() => chart.resize({ animation: { duration: 0 } })).observe(plot);
  }
  function drawAll() {
    document.querySelectorAll("[data-chart]").forEach(draw);
  }
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-chart-toggle]");
    if (!button) return;
    const box = document.querySelector(`[data-chart="${CSS.escape(button.dataset.chartToggle)}-data"]`);
    if (!box) return;
    const table = box.dataset.view !== "table";
    box.dataset.view = table ? "table" : "chart";
    button.textContent = table ? button.dataset.showChart : button.dataset.showTable;
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", drawAll);
  else drawAll();
  document.addEventListener("htmx:afterSwap", drawAll);
})();
