#!/usr/bin/env python3
"""Measures what the determinizer costs: pairs.py PROGRAM CASES [PAIRS] [NAME…]

CASES is a directory of shell scripts NAME.sh, run in an empty directory each; what they set up before
`# measured` is not measured. Each pair runs the case natively and under the determinizer, in alternating order;
printed are the medians of wall and processor seconds and of the pairs' ratios.
"""
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def once(prefix, setup, script):
    directory = tempfile.mkdtemp(prefix='determinizer-bench-')
    try:
        subprocess.run(['sh', '-e', '-c', setup], cwd=directory, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        subprocess.run(prefix + ['sh', '-e', '-c', script], cwd=directory, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall = time.monotonic() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def main():
    program, cases = sys.argv[1:3]
    pairs = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    names = sys.argv[4:] or sorted(f[:-3] for f in os.listdir(cases) if f.endswith('.sh'))
    config = tempfile.NamedTemporaryFile('w', suffix='.json')
    # As many processors as there are, or what runs in parallel natively would not under the determinizer.
    json.dump({'version': 1, 'epoch': 1700000000, 'cpus': os.cpu_count(), 'log': '/dev/null'}, config)
    config.flush()
    virtual = [os.path.abspath(program), '--config', config.name, '--']
    print(f'{"case":12} {"native s":>9} {"virtual s":>9} {"ratio":>6} {"cpu":>6} {"virtual":>8} {"ratio":>6}')
    for name in names:
        setup, script = open(os.path.join(cases, name + '.sh')).read().split('# measured\n')
        runs = []
        for pair in range(pairs):
            order = [[], virtual] if pair % 2 == 0 else [virtual, []]
            result = {bool(prefix): once(prefix, setup, script) for prefix in order}
            runs.append((result[False], result[True]))
        medians = [statistics.median(values) for values in zip(*[(n[0], v[0], v[0] / n[0], n[1], v[1], v[1] / n[1]) for n, v in runs])]
        print('{:12} {:9.2f} {:9.2f} {:6.3f} {:6.2f} {:8.2f} {:6.3f}'.format(name, *medians), flush=True)


main()
