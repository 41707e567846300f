/** Lines of a shell script that do nothing by themselves. */
const idle = /^(?:#.*|set -[eux]+|exit 0|:)?$/u;

/**
 * What debhelper generates from *.maintscript files. Called as `preinst install` without an old version,
 * as on a first installation, each does nothing (dpkg-maintscript-helper(1): all of them act only when
 * "$2" names the version that is upgraded from).
 */
const upgradeOnly =
  /^dpkg-maintscript-helper (?:rm_conffile|mv_conffile|symlink_to_dir|dir_to_symlink) [^;&|<>`$()]*-- "\$@"$/u;

/**
 * True when a preinst script could do anything on a first installation. Only scripts in which every line
 * is known to do nothing there are told apart: running one of those takes as long as running a real one.
 */
export function actsOnInstall(script: string): boolean {
  if (script === '') return false;
  const [first = '', ...lines] = script.split('\n').map((line) => line.trim());
  if (!/^#! ?\/bin\/(?:da|ba)?sh(?: -[eux]+)?$/u.test(first)) return true;
  return !lines.every((line) => idle.test(line) || upgradeOnly.test(line));
}
