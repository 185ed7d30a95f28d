import uPlot from 'uplot';
import type { Series } from './trend.ts';

const HEIGHT = 240;
/** Seconds, as the chart counts years. */
const YEAR = 365 * 86_400;

/** Draws series over time into an element, with the usual range of the first as a band. Follows the element's width. @public loaded where it is needed */
export function drawTrend(
  element: HTMLElement,
  series: readonly Series[],
  locale: string | undefined,
): { destroy(): void } {
  // What `light-dark()` comes to is known only of a real property.
  const resolved = (name: string) => {
    element.style.color = `var(${name})`;
    const value = getComputedStyle(element).color;
    element.style.color = '';
    return value;
  };
  const [text, line, accent, soft, warn] = ['--quiet', '--line', '--accent', '--accent-soft', '--warn'].map(resolved);
  const times = [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at)))].sort((a, b) => a - b);
  const data: uPlot.AlignedData = [
    times,
    ...series.map(({ points }) => {
      const at = new Map(points.map((point) => [point.at, point.value]));
      return times.map((time) => at.get(time) ?? null);
    }),
  ];
  const [first] = series;
  const ends = [first?.low, first?.high].filter((end) => end !== undefined);
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const options: uPlot.Options = {
    width: Math.max(200, element.clientWidth),
    height: HEIGHT,
    cursor: { show: false },
    legend: { show: false },
    scales: {
      y: {
        range: (_, low, high) => {
          const least = Math.min(low, ...ends);
          const most = Math.max(high, ...ends);
          const margin = (most - least || Math.abs(most) || 1) * 0.1;
          return [least - margin, most + margin];
        },
      },
    },
    axes: [
      {
        stroke: text ?? '',
        grid: { show: false },
        // Over years, the beginnings of years.
        ...(isLong(times) && { incrs: [1, 2, 5, 10, 20].map((years) => years * YEAR) }),
        ticks: { stroke: line ?? '' },
        values: (_, splits) => datesOf(splits, locale),
      },
      {
        stroke: text ?? '',
        grid: { stroke: line ?? '', width: 1 },
        ticks: { show: false },
        values: (_, splits) => splits.map((one) => number.format(one)),
      },
    ],
    series: [
      {},
      ...series.map(({ name }, i) => ({
        label: name,
        stroke: (i === 0 ? accent : warn) ?? '',
        width: 2,
        // Told apart without colours too.
        ...(i > 0 && { dash: [6, 4] }),
        spanGaps: true,
        points: { show: true, size: 7, fill: (i === 0 ? accent : warn) ?? '' },
      })),
    ],
    hooks: {
      drawClear: [
        (plot) => {
          if (ends.length === 0) return;
          const { left, top, width, height } = plot.bbox;
          const y = (value: number) => Math.max(top, Math.min(top + height, plot.valToPos(value, 'y', true)));
          const from = first?.high === undefined ? top : y(first.high);
          const to = first?.low === undefined ? top + height : y(first.low);
          plot.ctx.fillStyle = soft ?? '';
          plot.ctx.fillRect(left, from, width, to - from);
        },
      ],
    },
  };
  const plot = new uPlot(options, data, element);
  const watcher = new ResizeObserver(() => plot.setSize({ width: Math.max(200, element.clientWidth), height: HEIGHT }));
  watcher.observe(element);
  return {
    destroy() {
      watcher.disconnect();
      plot.destroy();
    },
  };
}

const spanOf = (times: readonly number[]): number => (times.at(-1) ?? 0) - (times[0] ?? 0);
const isLong = (times: readonly number[]): boolean => spanOf(times) > 2 * YEAR;

/** As short as tells them apart. */
function datesOf(splits: readonly number[], locale: string | undefined): string[] {
  const span = spanOf(splits);
  const options: Intl.DateTimeFormatOptions = isLong(splits)
    ? { year: 'numeric' }
    : { month: 'short', ...(span > 60 * 86_400 ? { year: '2-digit' } : { day: 'numeric' }) };
  const format = new Intl.DateTimeFormat(locale, options);
  const texts = splits.map((at) => format.format(at * 1000));
  return texts.map((text, i) => (texts[i - 1] === text ? '' : text));
}
