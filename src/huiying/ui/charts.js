// Draws figures from the tables that stand behind them, so that picture and table cannot differ. Colours are the tokens
// themselves, which the picture's attributes name: a change of mode, and paper, change the picture without a line here.
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, CustomChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

const PAPER_PX = 640;
// The room for names at the left; longer ones take two lines, and all rows are higher then.
const NAME_REM = 8.75;
const NAME_LENGTH = 9;
const ROW_REM = 2;
const HIGH_ROW_REM = 2.75;
const charts = new Map();

const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
const number = (cell) => parseFloat(words(cell).replaceAll(",", ""));
// What a cell says first; its small second line is not part of it.
const words = (cell) => cell.querySelector("div").firstChild.textContent.trim();

const read = (place) => {
  const table = place.closest("figure").querySelector("table");
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows].slice(0, Number(place.dataset.top) || undefined);
  return {
    heads,
    columns: place.dataset.series.split(" ").map(Number),
    names: rows.map((row) => words(row.cells[0])),
    told: rows.map((row) => [...row.cells].map(words)),
    links: rows.map((row) => row.querySelector("a")?.href),
    of: (column) => rows.map((row) => number(row.cells[column])),
  };
};

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
// Widths are measured before anything is drawn, so that family and size must be said and cannot be inherited.
const family = () => token("--font");
const label = () => ({ color: "var(--ink-soft)", fontSize: parseFloat(token("--text-xs")) * rem(), fontFamily: family() });
const line = (name) => ({ lineStyle: { color: `var(--${name})`, width: 1 } });

// The grid keeps its labels within the picture.
const inside = (margins) => ({ left: 0, top: 0, bottom: 0, outerBoundsMode: "same", outerBoundsContain: "axisLabel", ...margins });

const common = () => ({
  animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  animationDuration: 240,
  textStyle: { fontFamily: family() },
  // The page's policy allows no inline style, which a tooltip made of HTML would need: it is drawn instead.
  tooltip: {
    trigger: "axis",
    renderMode: "richText",
    confine: true,
    backgroundColor: "var(--raised)",
    borderColor: "var(--line-strong)",
    borderWidth: 1,
    shadowBlur: 0,
    shadowOffsetX: 0,
    shadowOffsetY: 0,
    padding: [8, 12],
    textStyle: { ...label(), color: "var(--ink)", lineHeight: rem() * 1.5 },
    axisPointer: { type: "shadow", shadowStyle: { color: "var(--neutral-soft)", opacity: 0.6 } },
  },
});

const tip = (data, columns) => (points) => {
  const row = data.told[points[0].dataIndex];
  return [row[0], ...columns.map((column) => `${data.heads[column]}  ${row[column]}`)].join("\n");
};

// Days or weeks from left to right: the first column as bars, every other as a line with points, told apart without colour.
const columns = (data) => ({
  legend: { show: data.columns.length > 1, left: 0, top: 0, itemWidth: 18, itemHeight: 10, textStyle: label(), selectedMode: false },
  grid: inside({ right: rem(), top: data.columns.length > 1 ? rem() * 2.5 : rem() }),
  xAxis: { type: "category", data: data.names, axisTick: { show: false }, axisLine: line("line-strong"), axisLabel: { ...label(), hideOverlap: true } },
  yAxis: { type: "value", minInterval: 1, splitLine: line("line"), axisLabel: label() },
  series: data.columns.map((column, place) => ({
    type: place ? "line" : "bar",
    name: data.heads[column],
    data: data.of(column),
    barMaxWidth: 28,
    symbol: "circle",
    symbolSize: 7,
    showAllSymbol: true,
    lineStyle: { color: "var(--chart-2)", width: 2 },
    itemStyle: { color: `var(--chart-${place + 1})`, borderRadius: place ? 0 : [3, 3, 0, 0] },
    emphasis: { disabled: true },
  })),
});

const long = (data) => data.names.some((name) => name.length > NAME_LENGTH);

const rowsDown = (data) => ({
  type: "category",
  data: data.names,
  inverse: true,
  axisTick: { show: false },
  axisLine: { show: false },
  axisLabel: { ...label(), color: "var(--ink)", ...(long(data) ? { width: rem() * NAME_REM, overflow: "break", lineHeight: rem() * 1.125 } : {}) },
});

// One bar a row, its number at its end.
const bars = (data) => ({
  grid: inside({ right: rem() * 3 }),
  xAxis: { type: "value", show: false, minInterval: 1 },
  yAxis: rowsDown(data),
  series: [
    {
      type: "bar",
      data: data.of(data.columns[0]),
      barMaxWidth: rem() * 1.125,
      itemStyle: { color: "var(--chart-1)", borderRadius: [0, 3, 3, 0] },
      label: { show: true, position: "right", ...label(), color: "var(--ink)", formatter: ({ dataIndex }) => data.told[dataIndex][data.columns[0]] },
      emphasis: { disabled: true },
    },
  ],
});

// A share with how sure it is, one a row: a dot on the line of its interval; what it is compared with as a diamond in the
// row, or for all rows as an upright line.
const intervals = (data, place) => {
  const [share, low, high, others] = data.columns.map(data.of);
  const spans = share.map((one, row) => [one, row, low[row], high[row], others?.[row] ?? NaN]);
  const compared = place.dataset.reference;
  return {
    grid: inside({ right: rem() * 2.25, top: compared ? rem() * 1.75 : 0 }),
    xAxis: { type: "value", min: 0, max: 100, position: "bottom", splitLine: line("line"), axisLabel: { ...label(), formatter: "{value}%", hideOverlap: true } },
    yAxis: rowsDown(data),
    series: [
      {
        type: "custom",
        data: spans,
        encode: { x: 0, y: 1 },
        renderItem: (_, api) => {
          const [x, y] = api.coord([api.value(0), api.value(1)]);
          const [from, to] = [2, 3].map((which) => api.coord([api.value(which), api.value(1)])[0]);
          const stroke = { stroke: "var(--chart-1)", lineWidth: 2, fill: "none" };
          const ends = [from, to].map((end) => ({ type: "line", shape: { x1: end, y1: y - 4, x2: end, y2: y + 4 }, style: stroke }));
          const span = { type: "line", shape: { x1: from, y1: y, x2: to, y2: y }, style: stroke };
          const dot = { type: "circle", shape: { cx: x, cy: y, r: 5 }, style: { fill: "var(--chart-1)", stroke: "var(--ground)", lineWidth: 2 } };
          const other = api.coord([api.value(4), api.value(1)])[0];
          const diamond = { type: "polygon", shape: { points: [[other, y - 9], [other + 6, y], [other, y + 9], [other - 6, y]] }, style: { fill: "var(--chart-2)" } };
          return { type: "group", children: [span, ...ends, dot, ...(Number.isFinite(other) ? [diamond] : [])] };
        },
        markLine: compared
          ? {
              silent: true,
              symbol: "none",
              lineStyle: { color: "var(--chart-2)", type: "dashed", width: 2 },
              label: { ...label(), color: "var(--ink)", position: "start", formatter: place.dataset.referenceLabel },
              data: [{ xAxis: Number(compared) }],
            }
          : undefined,
      },
    ],
  };
};

const KINDS = { columns, bars, intervals };

const heightOf = (place, data) => {
  if (place.dataset.chart === "columns") return rem() * 16;
  const row = long(data) ? HIGH_ROW_REM : ROW_REM;
  return (data.names.length * row + (place.dataset.chart === "intervals" ? 3.5 : 0.5)) * rem();
};

const draw = (place) => {
  const data = read(place);
  place.replaceChildren();
  place.style.blockSize = `${heightOf(place, data)}px`;
  const chart = init(place, null, { renderer: "svg" });
  chart.setOption({ ...common(), ...KINDS[place.dataset.chart](data, place) });
  chart.setOption({ tooltip: { formatter: tip(data, data.heads.map((_, column) => column).slice(1)) } });
  chart.on("click", ({ dataIndex }) => open(data, dataIndex));
  charts.set(place, { chart, data, at: -1 });
  sizes.observe(place);
};

const open = (data, row) => {
  if (data.links[row]) location.href = data.links[row];
};

const sizes = new ResizeObserver((changes) => changes.forEach(({ target }) => charts.get(target)?.chart.resize()));

// By keyboard the arrows go from one to the next, which is told below the picture; Enter opens the cases behind it.
const MOVES = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
document.addEventListener("keydown", (event) => {
  const shown = charts.get(event.target);
  if (!shown) return;
  const { chart, data } = shown;
  const last = data.names.length - 1;
  if (event.key === "Enter") return open(data, shown.at);
  if (event.key in MOVES) shown.at = Math.min(last, Math.max(0, shown.at + MOVES[event.key]));
  else if (event.key === "Home") shown.at = 0;
  else if (event.key === "End") shown.at = last;
  else return;
  event.preventDefault();
  chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: shown.at });
  const row = data.told[shown.at];
  event.target.closest("figure").querySelector("[data-chart-told]").textContent =
    [row[0], ...row.slice(1).map((said, column) => `${data.heads[column + 1]} ${said}`)].join(" · ");
});

// On paper pictures are as wide as the paper, and the tables stand open beneath them.
const closed = new Set();
addEventListener("beforeprint", () => {
  sizes.disconnect();
  for (const { chart } of charts.values()) {
    chart.resize({ width: PAPER_PX });
    chart.getZr().flush();
  }
  for (const details of document.querySelectorAll(".figure-table:not([open])")) {
    closed.add(details);
    details.open = true;
  }
});
addEventListener("afterprint", () => {
  for (const details of closed) details.open = false;
  closed.clear();
  for (const place of charts.keys()) sizes.observe(place);
});

const drawAll = (root) => {
  // htmx tells of the page itself, too, once it has looked it through.
  for (const place of root.querySelectorAll("[data-chart]")) if (!charts.has(place)) draw(place);
  for (const details of root.querySelectorAll(".figure-table")) details.open = false;
};
drawAll(document);
document.addEventListener("htmx:load", (event) => drawAll(event.target));
