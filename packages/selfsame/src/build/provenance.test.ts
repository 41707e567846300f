import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { parseJson } from '@selfsame/verify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { provenanceProblem } from '../record/provenance.js';
import { version } from '../util/version.js';
import { buildPlan } from './engine.js';
import { openRig, planOf, plannedBuild, rigPackages, sha256 } from './test-rig.js';
import type { Rig } from './test-rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());

it('is kept beside every result: what went in, where and when it was built', async () => {
  rig.files.set('pigz/source', 'text');
  const pigz = plannedBuild('pigz', ['zlib'], {
    inputs: [{ name: 'source', spec: { kind: 'file', path: 'x', unpack: false }, at: undefined }],
  });
  const plan = planOf(plannedBuild('zlib'), pigz);
  const before = Math.floor(Date.now() / 1000) * 1000;
  const [zlib, built] = await buildPlan(plan, rig.dependencies, rig.context, rig.options());
  if (built?.status !== 'built' || zlib?.status !== 'built') throw new Error('not built');
  const bytes = readFileSync(
    join(rig.store.entryPath('builds', built.result.buildId), 'provenance.json'),
  );
  const { definition, buildId } = built.defined;
  const result = { definition, buildId, artifacts: built.result.artifacts };
  expect(provenanceProblem(bytes, result)).toBeUndefined();
  const { predicate } = parseJson(bytes) as {
    predicate: {
      buildDefinition: { resolvedDependencies: unknown };
      runDetails: { builder: unknown; metadata: Record<'startedOn' | 'finishedOn', string> };
    };
  };
  expect(predicate.buildDefinition.resolvedDependencies).toEqual([
    { name: 'environment', digest: { selfsameEnvironment: sha256('default') } },
    {
      name: 'environment/gcc',
      uri: 'pkg:deb/debian/gcc@4:14.2.0-1%2Bb1?arch=amd64&distro=trixie',
      digest: { sha256: rigPackages[0]?.sha256 },
    },
    { name: 'inputs/source', digest: { sha256: sha256('text') } },
    { name: 'needs/zlib', digest: { selfsameArtifactList: zlib.result.artifactsDigest } },
    { name: 'needs/zlib/result.txt', digest: { sha256: zlib.result.artifacts[0]?.sha256 } },
  ]);
  expect(predicate.runDetails.builder).toMatchObject({
    id: 'urn:selfsame:builder:local',
    version: { selfsame: version, node: process.versions.node },
    selfsame_host: { kernel: release() },
  });
  const { startedOn, finishedOn } = predicate.runDetails.metadata;
  expect(Date.parse(startedOn)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(finishedOn)).toBeGreaterThanOrEqual(Date.parse(startedOn));
});
