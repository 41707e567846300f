. "$TESTS/lib.sh"
need node
expect "true ok" virtual node -e '
const start = process.hrtime.bigint();
setTimeout(() => { const t = Date.now(); while (Date.now() < t + 2000); const p = performance.now(); while (performance.now() < p + 100); let n = 0;
  const i = setInterval(() => { if (++n === 3) { clearInterval(i); console.log(process.hrtime.bigint() - start > 250000000n, "ok") } }, 20) }, 200)'
