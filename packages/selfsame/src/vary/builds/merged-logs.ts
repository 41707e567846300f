/** Numbers of processes in a line of the determinizer's log (docs/determinizer.md#log). */
const numbered = ['process', 'parent'] as const;

/**
 * The logs of the steps of one build as one: the processes of each are numbered after those before, and only the first
 * has a line `start`, only the last a line `end`. Lines that cannot be read stay as they are.
 */
export function mergedLogs(logs: readonly string[]): string {
  if (logs.length === 1) return logs[0] ?? '';
  let first = 0;
  const lines: string[] = [];
  for (const [index, log] of logs.entries()) {
    let highest = first;
    for (const text of log.split('\n')) {
      if (text === '') continue;
      const line = parsed(text);
      if (line?.['type'] === 'start' && index > 0) continue;
      if (line?.['type'] === 'end' && index < logs.length - 1) continue;
      for (const name of line === undefined ? [] : numbered) {
        const value = line?.[name];
        // 0 is the run itself.
        if (line === undefined || typeof value !== 'number' || value === 0) continue;
        line[name] = value + first;
        highest = Math.max(highest, value + first);
      }
      lines.push(line === undefined ? text : JSON.stringify(line));
    }
    first = highest;
  }
  return lines.map((line) => `${line}\n`).join('');
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
