#!/usr/bin/env python3
"""Measures what the determinizer costs: pairs.py PROGRAM SOURCES [PAIRS] [NAME…]

A case is cases/NAME/: prepare.sh, not measured, is run in an empty directory and then command.sh, measured, in the same;
both by `sh -e` with $SOURCES (what fetch.sh fetched) and $REPOSITORY; status 77 of prepare.sh skips the case. Each pair
runs the case natively and under the determinizer, in alternating order. Printed are the medians of the wall and
processor seconds of both and of the pairs' ratios, and the ratio of the fastest runs. On a busy machine believe the
processor time: it has the supervisor's in it. With $AGAINST=OTHER-PROGRAM, that is measured as a third in each round.
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

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.environ.get('REPOSITORY') or os.path.abspath(os.path.join(HERE, '../../..'))


class Skip(Exception):
    pass


def once(prefix, case, environment):
    """Wall and processor seconds of one run."""
    directory = tempfile.mkdtemp(prefix='determinizer-bench-')
    try:
        quiet = {'cwd': directory, 'stdin': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL, 'env': environment}
        prepared = subprocess.run(['sh', '-e', os.path.join(case, 'prepare.sh')], stdout=subprocess.PIPE, text=True, **quiet)
        if prepared.returncode == 77:
            raise Skip(prepared.stdout.strip())
        prepared.check_returncode()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        subprocess.run(prefix + ['sh', '-e', os.path.join(case, 'command.sh')], check=True, stdout=subprocess.DEVNULL, **quiet)
        wall = time.monotonic() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def main():
    program, sources = (os.path.abspath(path) for path in sys.argv[1:3])
    pairs = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    names = sys.argv[4:] or sorted(os.listdir(os.path.join(HERE, 'cases')))
    environment = {**os.environ, 'SOURCES': sources, 'REPOSITORY': REPOSITORY}
    config = tempfile.NamedTemporaryFile('w', suffix='.json')
    # As many processors as there are, or what runs in parallel natively would not under the determinizer.
    json.dump({'version': 1, 'epoch': 1700000000, 'cpus': os.cpu_count(), 'log': '/dev/null'}, config)
    config.flush()
    programs = [('virtual', program)]
    if os.environ.get('AGAINST'):
        programs.append(('against', os.path.abspath(os.environ['AGAINST'])))
    ways = [('native', [])] + [(name, [path, '--config', config.name, '--']) for name, path in programs]
    print(f'{"case":16} {"way":8} {"wall":>7} {"ratio":>6} {"fastest":>7} {"cpu":>7} {"ratio":>6} {"fastest":>7}  pairs')
    for name in names:
        runs = {way: [] for way, _ in ways}
        try:
            for pair in range(pairs):
                turn = pair % len(ways)
                for way, prefix in ways[turn:] + ways[:turn]:
                    runs[way].append(once(prefix, os.path.join(HERE, 'cases', name), environment))
        except Skip as reason:
            print(f'{name:16} {reason}', flush=True)
            continue
        for way, _ in ways:
            columns = []
            for kind in range(2):
                ours, native = ([run[kind] for run in runs[which]] for which in (way, 'native'))
                columns += [statistics.median(ours), statistics.median(a / b for a, b in zip(ours, native)), min(ours) / min(native)]
            print('{:16} {:8} {:7.2f} {:6.3f} {:7.3f} {:7.2f} {:6.3f} {:7.3f}  {}'.format(name, way, *columns, pairs), flush=True)


main()
