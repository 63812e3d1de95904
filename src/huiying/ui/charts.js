// Draws figures: the data stands as JSON beside the table that says the same, the colours come from the tokens.
import { BarChart, LineChart, MapChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { getInstanceByDom, init, registerMap, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, MapChart, AriaComponent, GridComponent, TooltipComponent, VisualMapComponent, SVGRenderer]);

const COLOURS = 6;

const tokens = () => {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`).trim();
};

// The page's policy allows no inline style, which a tooltip made of HTML would need: it is drawn instead.
const common = (token) => ({
  animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  color: Array.from({ length: COLOURS }, (_, number) => token(`chart-${number + 1}`)),
  textStyle: { color: token("ink"), fontFamily: token("font"), fontSize: parseFloat(getComputedStyle(document.body).fontSize) * 0.875 },
  aria: { enabled: true, decal: { show: matchMedia("(prefers-contrast: more)").matches || document.documentElement.dataset.theme === "contrast" } },
  tooltip: {
    renderMode: "richText",
    backgroundColor: token("raised"),
    borderColor: token("line-strong"),
    textStyle: { color: token("ink") },
  },
});

const axes = (data, token) => {
  const line = { lineStyle: { color: token("line-strong") } };
  const names = { type: "category", data: data.labels, axisLine: line, axisTick: { show: false }, axisLabel: { color: token("ink-soft") } };
  const values = { type: "value", splitLine: { lineStyle: { color: token("line") } }, axisLabel: { color: token("ink-soft") } };
  return data.across ? { xAxis: values, yAxis: { ...names, inverse: true } } : { xAxis: names, yAxis: values };
};

const plot = (data, token) => ({
  grid: { left: 0, right: 8, top: 16, bottom: 0, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
  ...axes(data, token),
  series: data.series.map((one) => ({ type: data.kind, name: one.name, data: one.values, barMaxWidth: 28, symbolSize: 7 })),
});

const map = (data, token) => {
  registerMap(data.name, data.shapes);
  const [{ name, values }] = data.series;
  return {
    visualMap: {
      show: false,
      min: Math.min(...values),
      max: Math.max(...values),
      inRange: { color: [token("accent-soft"), token("chart-1")] },
    },
    series: [
      {
        type: "map",
        map: data.name,
        name,
        data: values.map((value, number) => ({ name: data.labels[number], value })),
        label: { show: true, color: token("ink") },
        itemStyle: { borderColor: token("line-strong") },
        emphasis: { label: { color: token("ink") }, itemStyle: { areaColor: token("mark") } },
        select: { disabled: true },
      },
    ],
  };
};

const sizes = new ResizeObserver((changes) => changes.forEach(({ target }) => getInstanceByDom(target)?.resize()));

const draw = (place) => {
  const data = JSON.parse(place.parentElement.querySelector("script[type='application/json']").textContent);
  const token = tokens();
  place.hidden = false;
  const chart = getInstanceByDom(place) ?? init(place, null, { renderer: "svg" });
  chart.setOption({ ...common(token), ...(data.kind === "map" ? map(data, token) : plot(data, token)) }, true);
  sizes.observe(place);
};

const drawAll = (root) => root.querySelectorAll("[data-chart]").forEach(draw);
drawAll(document);
document.addEventListener("htmx:load", (event) => drawAll(event.target));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll(document));
