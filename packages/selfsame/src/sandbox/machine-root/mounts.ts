/** A file system mounted somewhere below `/`, from proc_pid_mountinfo(5). */
export interface MountedPlace {
  readonly path: string;
  readonly type: string;
  readonly readOnly: boolean;
}

/** File systems that hold no files of anybody's: views of the kernel. */
const kernelTypes = new Set([
  'autofs',
  'binfmt_misc',
  'bpf',
  'cgroup',
  'cgroup2',
  'configfs',
  'debugfs',
  'devpts',
  'devtmpfs',
  'efivarfs',
  'fusectl',
  'hugetlbfs',
  'mqueue',
  'nsfs',
  'proc',
  'pstore',
  'rpc_pipefs',
  'securityfs',
  'selinuxfs',
  'sysfs',
  'tracefs',
]);

/** Directories that are the run's own. */
export const ownPlaces = ['/proc', '/sys', '/dev', '/run', '/tmp', '/var/tmp'] as const;

/** Most places taken: hosts of containers and snaps have hundreds, and each costs the run a mount. */
const placesMax = 256;

/**
 * The mounts whose files are part of the machine's tree, outer ones first: none of the kernel's, none below
 * the run's own directories or those in `covered`, at most 256 (the outermost).
 */
export function mountedPlaces(mountinfo: string, covered: readonly string[]): MountedPlace[] {
  const found = new Map<string, MountedPlace>();
  for (const line of mountinfo.split('\n')) {
    const [front = '', back = ''] = line.split(' - ');
    const [, , , , at, options] = front.split(' ');
    const type = back.split(' ')[0];
    if (at === undefined || options === undefined || type === undefined) continue;
    const path = unescaped(at);
    if (path === '/' || kernelTypes.has(type)) continue;
    if ([...ownPlaces, ...covered].some((one) => isWithin(path, one))) continue;
    found.set(path, { path, type, readOnly: options.split(',').includes('ro') });
  }
  return [...found.values()]
    .sort((a, b) => depth(a.path) - depth(b.path) || (a.path < b.path ? -1 : 1))
    .slice(0, placesMax);
}

/** Whether `path` is `directory` or lies below it; both absolute and without `.` or `..`. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** What the kernel wrote as `\040`. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

function depth(path: string): number {
  return path.split('/').length;
}

/** The source of what is mounted at `/`, as the kernel names it. */
export function rootSource(mountinfo: string): string | undefined {
  const lines = mountinfo.split('\n').filter((line) => line.split(' ')[4] === '/');
  return lines.at(-1)?.split(' - ')[1]?.split(' ')[1];
}
