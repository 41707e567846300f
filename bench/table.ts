import type { BenchRow } from './row.js';

/** The rows as a Markdown table, one row a line, with a final newline. */
export function markdownTable(rows: readonly BenchRow[]): string {
  const lines = [
    '| measured | ours | peer | ratio | bar | met |',
    '| --- | ---: | ---: | ---: | --- | --- |',
    ...rows.map((row) => {
      const note = row.note === undefined ? '' : ` (${row.note})`;
      const cells = [
        row.name + note,
        `${figure(row.ours)} ${row.unit}`,
        `${figure(row.peer)} ${row.unit}`,
        `${row.ratio.toFixed(2)}×`,
        row.bar,
        row.met ? 'yes' : '**no**',
      ];
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    }),
  ];
  return lines.join('\n') + '\n';
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toPrecision(2);
}
