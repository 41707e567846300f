import { SelfsameError } from '../errors/selfsame-error.js';
import type { DeterminismLevel } from '../sandbox/types.js';

/** The variables of a command, and what became of the caller's. */
export interface RunEnvironment {
  /** Added to those of the level, and winning over them. */
  readonly variables: Readonly<Record<string, string>>;
  /** Names of the caller's that the command does not get, in order. */
  readonly dropped: readonly string[];
  /** Those of them that people set to change what is built, or to lead tools to their files. */
  readonly missed: readonly string[];
}

/** Variables the level gives a value of its own: the caller's is no loss. */
const ofTheLevel = new Set([
  ...['HOME', 'USER', 'LOGNAME', 'PATH', 'LANG', 'LC_ALL', 'TZ', 'SOURCE_DATE_EPOCH'],
  ...['PWD', 'OLDPWD', 'SHLVL', '_'],
]);

/**
 * Make's implicit variables (GNU make manual, 10.3), those of other build tools, and those that tell where
 * compilers and libraries are: whoever has them set may count on them.
 */
const buildVariable =
  /^(?:(?:HOST_|BUILD_|TARGET_)?(?:CC|CXX|CPP|LD|AR|AS|NM|RANLIB|STRIP|FC|F77|CFLAGS|CXXFLAGS|CPPFLAGS|LDFLAGS|LDLIBS|LIBS|FFLAGS|ARFLAGS)|MAKEFLAGS|MAKE|DESTDIR|PREFIX|CROSS_COMPILE|ARCH|GO(?:FLAGS|PATH|ROOT|OS|ARCH|PROXY|TOOLCHAIN)|CGO_\w+|CARGO_(?!MANIFEST)\w+|RUST\w*FLAGS|RUSTUP_(?:HOME|TOOLCHAIN)|JAVA_HOME|JAVA_TOOL_OPTIONS|GRADLE_\w+|MAVEN_\w+|NODE_(?:OPTIONS|PATH|ENV)|npm_config_\w+|PYTHON(?:PATH|HOME)|VIRTUAL_ENV|PERL5LIB|PKG_CONFIG\w*|CMAKE_\w+|LD_LIBRARY_PATH|LIBRARY_PATH|C_INCLUDE_PATH|CPLUS_INCLUDE_PATH|CPATH|TEXINPUTS|DEB_\w+)$/;

/**
 * At level `none` a command gets the caller's variables; at all others constants, the caller's PATH (tools are
 * found through it), TERM at a terminal, and what `--env` names: `NAME=VALUE`, or `NAME` for the caller's value.
 *
 * @throws SelfsameError WRONG_USE for `--env` that names no variable
 */
export function runEnvironment(options: {
  readonly level: DeterminismLevel;
  readonly caller: Readonly<Record<string, string | undefined>>;
  readonly named: readonly string[];
  readonly home: string;
  readonly user: string;
  readonly terminal: boolean;
}): RunEnvironment {
  const { caller, level, terminal } = options;
  const own = Object.entries(caller).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[0] !== '',
  );
  const named = Object.fromEntries(options.named.map((text) => namedVariable(text, caller)));
  if (level === 'none') {
    return { variables: { ...Object.fromEntries(own), ...named }, dropped: [], missed: [] };
  }
  const variables = {
    PATH: caller['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: options.home,
    USER: options.user,
    LOGNAME: options.user,
    // Bytecode is matched to its source by the second, which is constant for all that is newer than the epoch.
    ...(level === 'virtual' && { PYTHONDONTWRITEBYTECODE: '1' }),
    ...(terminal && caller['TERM'] !== undefined && { TERM: caller['TERM'] }),
    ...named,
  };
  const dropped = own
    .map(([name]) => name)
    .filter((name) => !(name in variables) && !ofTheLevel.has(name))
    .sort();
  return { variables, dropped, missed: dropped.filter((name) => buildVariable.test(name)) };
}

function namedVariable(
  text: string,
  caller: Readonly<Record<string, string | undefined>>,
): [name: string, value: string] {
  const at = text.indexOf('=');
  const name = at === -1 ? text : text.slice(0, at);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new SelfsameError('WRONG_USE', `--env ${JSON.stringify(text)} names no variable`, {
      hint: 'Give --env NAME=VALUE, or --env NAME to pass on the value it has here',
    });
  }
  const value = at === -1 ? caller[name] : text.slice(at + 1);
  if (value === undefined) {
    throw new SelfsameError('WRONG_USE', `--env ${name}: there is no such variable here`, {
      hint: `Give it a value: --env ${name}=VALUE`,
    });
  }
  return [name, value];
}
