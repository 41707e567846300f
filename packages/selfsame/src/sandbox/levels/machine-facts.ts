import type { SandboxDescription, Surroundings } from '../types.js';
import type { ConstantFile } from './level.js';
import { usualSurroundings } from './surroundings.js';

/** Any fixed UUID of version 4 would do. */
const bootId = '5e1f5a3e-0000-4000-8000-000000000001';

/** The x86-64 baseline (psABI level x86-64-v1): what every 64-bit PC has. */
const baselineFlags =
  'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 syscall nx lm constant_tsc rep_good nopl';

/** Constant files for /proc (proc(5) has their formats). Those the kernel lacks are left out by the init. */
export function systemFacts(
  description: SandboxDescription,
  { kernelRelease, kernelVersion, domain, processorModel }: Surroundings,
): ConstantFile[] {
  const { cpus, memoryShown, sourceDateEpoch } = description;
  const fact = (name: string, content: string): ConstantFile => ({
    path: `/proc/${name}`,
    content,
  });
  return [
    fact('cpuinfo', times(cpus, cpuBlock(cpus, processorModel)).join('')),
    fact('stat', statText(cpus, sourceDateEpoch)),
    fact('meminfo', memoryText(memoryShown, memoryShown)),
    fact('uptime', `1.00 ${cpus}.00\n`),
    fact('loadavg', '0.00 0.00 0.00 1/1 1\n'),
    fact('version', `Linux version ${kernelRelease} (selfsame@selfsame) ${kernelVersion}\n`),
    fact('cmdline', '\n'),
    fact('swaps', 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n'),
    fact(
      'filesystems',
      ['proc', 'sysfs', 'tmpfs', 'devpts', 'overlay'].map((name) => `nodev\t${name}\n`).join('') +
        '\text4\n',
    ),
    fact('partitions', 'major minor  #blocks  name\n\n'),
    fact('interrupts', `    ${times(cpus, (cpu) => `       CPU${cpu}`).join('')}\n`),
    fact('softirqs', `    ${times(cpus, (cpu) => `       CPU${cpu}`).join('')}\n`),
    ...[
      'diskstats',
      'modules',
      'vmstat',
      'zoneinfo',
      'buddyinfo',
      'devices',
      'misc',
      'iomem',
      'ioports',
      'crypto',
      'config.gz',
    ].map((name) => fact(name, '')),
    fact('sys/kernel/osrelease', `${kernelRelease}\n`),
    fact('sys/kernel/version', `${kernelVersion}\n`),
    ...(domain === usualSurroundings.domain ? [] : [fact('sys/kernel/domainname', `${domain}\n`)]),
    fact('sys/kernel/random/boot_id', `${bootId}\n`),
    fact('sys/kernel/pid_max', '4194304\n'),
    fact('sys/kernel/threads-max', '65536\n'),
    fact('sys/fs/file-max', '1048576\n'),
    fact('sys/vm/max_map_count', '65530\n'),
    fact('sys/vm/overcommit_memory', '0\n'),
    fact('sys/vm/swappiness', '60\n'),
  ];
}

/** All of /sys: the number of processors in the places where C libraries and tools look for it. */
export function processorFacts(cpus: number): ConstantFile[] {
  const range = cpus === 1 ? '0\n' : `0-${cpus - 1}\n`;
  const base = '/sys/devices/system/cpu';
  const huge = '/sys/kernel/mm/transparent_hugepage';
  return [
    ...['online', 'possible', 'present'].map((name) => ({
      path: `${base}/${name}`,
      content: range,
    })),
    { path: `${base}/offline`, content: '\n' },
    { path: `${base}/kernel_max`, content: '1023\n' },
    ...times(cpus, (cpu) => ({ path: `${base}/cpu${cpu}/topology/core_id`, content: `${cpu}\n` })),
    ...times(cpus, (cpu) => ({
      path: `${base}/cpu${cpu}/topology/physical_package_id`,
      content: '0\n',
    })),
    { path: '/sys/devices/system/node/online', content: '0\n' },
    { path: '/sys/devices/system/node/node0/cpulist', content: range },
    // Read by the Go runtime and by allocators.
    { path: `${huge}/enabled`, content: 'always [madvise] never\n' },
    { path: `${huge}/hpage_pmd_size`, content: '2097152\n' },
  ];
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function cpuBlock(cpus: number, model: string): (cpu: number) => string {
  return (cpu) =>
    [
      `processor\t: ${cpu}`,
      'vendor_id\t: selfsame',
      'cpu family\t: 6',
      'model\t\t: 1',
      `model name\t: ${model}`,
      'stepping\t: 1',
      'cpu MHz\t\t: 2000.000',
      'cache size\t: 1024 KB',
      'physical id\t: 0',
      `siblings\t: ${cpus}`,
      `core id\t\t: ${cpu}`,
      `cpu cores\t: ${cpus}`,
      'fpu\t\t: yes',
      `flags\t\t: ${baselineFlags}`,
      'bogomips\t: 4000.00',
      'clflush size\t: 64',
      'cache_alignment\t: 64',
      'address sizes\t: 48 bits physical, 48 bits virtual',
      '',
      '',
    ].join('\n');
}

/** Of a machine that was started at `bootTime`, seconds since 1970. */
export function statText(cpus: number, bootTime: number): string {
  const idle = '0 0 0 100 0 0 0 0 0 0';
  return [
    `cpu  0 0 0 ${100 * cpus} 0 0 0 0 0 0`,
    ...times(cpus, (cpu) => `cpu${cpu} ${idle}`),
    'intr 0',
    'ctxt 0',
    `btime ${bootTime}`,
    'processes 1',
    'procs_running 1',
    'procs_blocked 0',
    'softirq 0 0 0 0 0 0 0 0 0 0 0',
    '',
  ].join('\n');
}

/** Of `bytes` of memory, of which `freeBytes` are free. */
export function memoryText(bytes: number, freeBytes: number): string {
  const total = Math.floor(bytes / 1024);
  const free = Math.floor(freeBytes / 1024);
  const values: readonly (readonly [string, number])[] = [
    ['MemTotal', total],
    ['MemFree', free],
    ['MemAvailable', free],
    ['Buffers', 0],
    ['Cached', 0],
    ['SwapCached', 0],
    ['Active', 0],
    ['Inactive', 0],
    ['SwapTotal', 0],
    ['SwapFree', 0],
    ['Dirty', 0],
    ['Writeback', 0],
    ['AnonPages', 0],
    ['Mapped', 0],
    ['Shmem', 0],
    ['Slab', 0],
    ['SReclaimable', 0],
    ['SUnreclaim', 0],
    ['CommitLimit', total],
    ['Committed_AS', 0],
    ['Hugepagesize', 2048],
  ];
  return values
    .map(([name, value]) => `${`${name}:`.padEnd(16)}${String(value).padStart(8)} kB\n`)
    .join('');
}
