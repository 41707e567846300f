/** An absolute path as it stands in text or among NULs: at least two names, no blanks. */
export const absolutePath = /(?<![\w.~%+/-])(?:\/[\w.+~@%=,:#-]{1,128}){2,48}\/?/g;

/** A name made by mktemp(3), mkstemp, Python's tempfile, gcc and the like. */
export const temporaryName =
  /(?:^|[/\s"'=:(])(?:cc[A-Za-z0-9]{6}(?:\.\w{1,8})?|tmp[-_.]?[A-Za-z0-9_]{6,12}|tmp\.[A-Za-z0-9]{6,12}|[\w-]{0,40}[.-][A-Za-z0-9]{6}(?:\/|$)|pip-\w+-[a-z0-9_]{8}|go-build\d{6,12}|rustc[A-Za-z0-9]{6}|lto-[\w-]+|sh-thd[.-]\d+)/;

/** As it is found in text: the whole path of a temporary file or a bare name of gcc's. */
export const temporaryPath =
  /(?<![\w.])(?:\/(?:var\/)?tmp\/[\w.+-]{1,64}|\/dev\/shm\/[\w.+-]{1,64}|cc[A-Za-z0-9]{6}\.(?:o|s|c|res|ltrans\d{0,4}(?:\.ltrans)?\.o)|go-build\d{6,12}|tmp\.[A-Za-z0-9]{10}|pip-[a-z]{1,16}-[a-z0-9_]{8})(?![\w.])/g;
