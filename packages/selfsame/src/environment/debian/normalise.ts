import { normaliseKeystore } from './java-keystore.js';

/** What to do with a file that maintainer scripts left, and why. */
export interface Rule {
  /** Path below the root: exact, or as a pattern. */
  readonly match: string | RegExp;
  /** `remove` it, leave it without content (`empty`), or drop all that is below a directory (`clear`). */
  readonly action: 'remove' | 'empty' | 'clear';
  readonly reason: string;
}

/**
 * Everything that configuring packages leaves and that differs from run to run, or is ours. Only what
 * scripts wrote is looked at, never a package's own file. An entry needs a reason that names what differs;
 * what is the same every time stays, also if nobody needs it.
 */
export const rules: readonly Rule[] = [
  { match: 'dev', action: 'clear', reason: 'the sandbox has its own; a tree holds no devices' },
  { match: 'proc', action: 'clear', reason: 'the sandbox mounts it' },
  { match: 'sys', action: 'clear', reason: 'the sandbox mounts it' },
  {
    match: /^run\/(?!lock$)/u,
    action: 'remove',
    reason: 'state of a running system, which this is not',
  },
  { match: 'tmp', action: 'clear', reason: 'left over by scripts' },
  { match: 'var/tmp', action: 'clear', reason: 'left over by scripts' },
  { match: 'build', action: 'remove', reason: 'the working directory the sandbox makes' },
  {
    match: 'var/lib/dpkg/selfsame',
    action: 'remove',
    reason: 'scripts that selfsame put there to run them',
  },
  { match: 'var/lib/dpkg/tmp.ci', action: 'remove', reason: 'place where those scripts run' },
  {
    match: /^var\/lib\/dpkg\/(?:status|diversions|statoverride|available)-old$/u,
    action: 'remove',
    reason: 'backup of an intermediate state',
  },
  {
    match: /^var\/cache\/debconf\/(?:config|templates|passwords)\.dat-old$/u,
    action: 'remove',
    reason: 'backup of an intermediate state',
  },
  {
    match: /^etc\/(?:passwd|group|shadow|gshadow|subuid|subgid)-$/u,
    action: 'remove',
    reason: 'backup of an intermediate state',
  },
  { match: /^etc\/\.pwd\.lock$/u, action: 'remove', reason: 'lock of the run' },
  {
    match: /^usr\/share\/info\/dir\.old$/u,
    action: 'remove',
    reason: 'backup of an intermediate state',
  },
  {
    match: /^var\/lib\/ucf\/(?:hashfile|registry)\.[0-9]+$/u,
    action: 'remove',
    reason: 'backup of an intermediate state',
  },
  {
    match: 'var/cache/ldconfig/aux-cache',
    action: 'remove',
    reason: 'holds inode numbers and change times of libraries',
  },
  {
    match: /^var\/log\/(?:dpkg|alternatives|bootstrap|fontconfig)\.log$/u,
    action: 'remove',
    reason: 'holds the time of the run',
  },
  { match: /^var\/log\/apt\/[^/]+$/u, action: 'remove', reason: 'holds the time of the run' },
  {
    match: /^var\/log\/(?:lastlog|faillog|wtmp|btmp)$/u,
    action: 'empty',
    reason: 'records of logins; there was none',
  },
  {
    match: 'etc/machine-id',
    action: 'empty',
    reason: 'random; empty means: not set up yet (machine-id(5))',
  },
  {
    match: 'var/lib/dbus/machine-id',
    action: 'remove',
    reason: 'random; made again where it is missing',
  },
  {
    match: /^etc\/ssh\/ssh_host_[a-z0-9]+_key(?:\.pub)?$/u,
    action: 'remove',
    reason: 'random, and a secret that many machines would share',
  },
  {
    match: /^etc\/ssl\/(?:private\/ssl-cert-snakeoil\.key|certs\/ssl-cert-snakeoil\.pem)$/u,
    action: 'remove',
    reason: 'random, and a secret that many machines would share',
  },
  {
    match: /^var\/lib\/(?:systemd\/random-seed|urandom\/random-seed)$/u,
    action: 'remove',
    reason: 'random',
  },
  {
    match: /^var\/lib\/systemd\/credential\.secret$/u,
    action: 'remove',
    reason: 'random, and a secret',
  },
  {
    match: /^var\/cache\/man(?:\/.*)?\/(?:index\.db|CACHEDIR\.TAG)$/u,
    action: 'remove',
    reason: 'holds times and uninitialised bytes (gdbm); made again where it is missing',
  },
  {
    match: /^var\/cache\/fontconfig\/.*$/u,
    action: 'remove',
    reason: 'holds times of directories; made again where it is missing',
  },
  { match: /^(?:.*\/)?\.uuid$/u, action: 'remove', reason: 'random name of a font directory' },
  {
    match: /^var\/lib\/(?:apt\/extended_states|apt\/lists\/.*)$/u,
    action: 'remove',
    reason: 'what apt knows of mirrors',
  },
  {
    match: /^var\/cache\/apt\/(?:src)?pkgcache\.bin$/u,
    action: 'remove',
    reason: 'depends on the mirrors',
  },
  {
    match: /^root\/\.(?:cache|rnd|wget-hsts)(?:\/.*)?$/u,
    action: 'remove',
    reason: 'left over by scripts',
  },
];

/** A file whose content is made again without what differs; undefined when that cannot be done. */
export interface Rewrite {
  readonly path: string;
  readonly reason: string;
  readonly rewrite: (content: Buffer, epoch: number) => Buffer | undefined;
}

export const rewrites: readonly Rewrite[] = [
  {
    path: 'etc/ssl/certs/java/cacerts',
    reason: 'holds the time at which each certificate was taken in',
    rewrite: normaliseKeystore,
  },
];

/** The rule for a file that scripts left at `path`, if any. */
export function ruleFor(path: string): Rule | undefined {
  return rules.find(({ match, action }) =>
    typeof match === 'string'
      ? path === match || (action !== 'empty' && path.startsWith(`${match}/`))
      : match.test(path),
  );
}
